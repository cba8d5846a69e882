// How often a law of the pure core is tried. TIDEMARK_LAW_CASES sets the cases of each (default 500, so that `npm run unit`
// stays short; a long run takes 10,000, mutation testing 100), TIDEMARK_LAW_SEED other cases. A failure prints seed and path.
export const lawRuns = {
  numRuns: Number(process.env['TIDEMARK_LAW_CASES'] ?? '500'),
  // A fixed default: the same commit gives the same verdict.
  seed: Number(process.env['TIDEMARK_LAW_SEED'] ?? '4217'),
};
