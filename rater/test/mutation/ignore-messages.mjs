// Mutation testing leaves the wording of error messages alone: no test holds a sentence to its letters. Codes and paths stay.

/** Arguments that are a sentence, by what is called. */
const sentenceArguments = { PricingError: 1, RangeError: 0, fault: 0, tooLong: 0 };

function calledName({ callee }) {
  return callee.name ?? callee.property?.id?.name ?? callee.property?.name;
}

function shouldIgnore({ node, parent, listKey, key }) {
  if (node.type !== 'StringLiteral' && node.type !== 'TemplateLiteral') return undefined;
  const isMessage =
    (parent?.type === 'VariableDeclarator' && parent.id.name === 'message') ||
    (listKey === 'arguments' && sentenceArguments[calledName(parent)] === key);
  return isMessage ? 'The wording of a message.' : undefined;
}

export const strykerPlugins = [{ kind: 'Ignore', name: 'messages', value: { shouldIgnore } }];
