/**
 * The REST API on a server: authentication by the table of scopes, validation by zod, idempotency, and the routes, one
 * file a resource. Register it beside the gateway on one server, or on a server of its own.
 */
import fastifySwagger from '@fastify/swagger';
import type { FastifyInstance, RouteOptions } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { AppError, assert } from '@tidemark/platform/errors';
import { z } from 'zod';
import type { ApiDependencies } from './dependencies.ts';
import { claimIdempotencyKey, settleIdempotencyKey } from './idempotency/idempotency.ts';
import { openApiOptions, registerOpenApiRoute } from './openapi.ts';
import { openRoutes, scopeOf } from './route-scopes.ts';
import { registerApiKeyRoutes } from './routes/api-keys.ts';
import { registerCatalogRoutes } from './routes/catalog.ts';
import { registerCouponRoutes } from './routes/coupons.ts';
import { registerCreditRoutes } from './routes/credits.ts';
import { registerCustomerRoutes } from './routes/customers.ts';
import { registerEventRoutes } from './routes/events.ts';
import { registerHoldRoutes } from './routes/holds.ts';
import { registerInvoiceCommandRoutes } from './routes/invoice-commands.ts';
import { registerInvoiceRoutes } from './routes/invoices.ts';
import { registerMeterRoutes } from './routes/meters.ts';
import { registerPartitionRoutes } from './routes/partitions.ts';
import { registerPeriodCloseRoutes } from './routes/period-closes.ts';
import { registerPlanRoutes } from './routes/plans.ts';
import { registerPricingRoutes } from './routes/pricing.ts';
import { registerSubscriptionRoutes } from './routes/subscriptions.ts';
import { registerTenantRoutes } from './routes/tenants.ts';
import { registerUsageRoutes } from './routes/usage.ts';
import type { ApiApp } from './shared/api-app.ts';
import { authenticate } from './shared/authentication.ts';
import { isText, parseCommandBody } from './shared/json-body.ts';
import { defaultRateLimit, RateLimiter } from './shared/rate-limit.ts';

const resources: readonly ((app: ApiApp, dependencies: ApiDependencies) => void)[] = [
  registerTenantRoutes,
  registerApiKeyRoutes,
  registerMeterRoutes,
  registerPlanRoutes,
  registerCustomerRoutes,
  registerCouponRoutes,
  registerCreditRoutes,
  registerHoldRoutes,
  registerSubscriptionRoutes,
  registerEventRoutes,
  registerUsageRoutes,
  registerPeriodCloseRoutes,
  registerInvoiceRoutes,
  registerInvoiceCommandRoutes,
  registerPricingRoutes,
  registerCatalogRoutes,
  registerPartitionRoutes,
];

/**
 * Registers every route in a context of its own: nothing of it leaks to other routes of the server. A fault of a route
 * shows when the server gets ready or listens.
 */
export function registerApi(app: FastifyInstance, dependencies: ApiDependencies): void {
  void app.register(async (scope) => {
    const api = scope.withTypeProvider<ZodTypeProvider>();
    api.setValidatorCompiler(validatorCompiler);
    api.setSerializerCompiler(serializerCompiler);
    addBodyParser(api);
    addRouteRules(api);
    addRequestHooks(api, dependencies);
    await api.register(fastifySwagger, openApiOptions());
    registerOpenApiRoute(api);
    for (const register of resources) register(api, dependencies);
  });
}

function addBodyParser(api: FastifyInstance): void {
  api.removeAllContentTypeParsers();
  api.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, parseCommandBody(body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
}

/** Rules that hold for every route, applied when it is registered so that none can forget them. */
function addRouteRules(api: FastifyInstance): void {
  api.addHook('onRoute', (route: RouteOptions) => {
    const methods = typeof route.method === 'string' ? [route.method] : route.method;
    for (const method of methods) {
      const isOpen = openRoutes.includes(`${method === 'HEAD' ? 'GET' : method} ${route.url}`);
      assert(
        isOpen || scopeOf(method, route.url) !== undefined,
        `The route ${method} ${route.url} is not in the table of scopes.`,
      );
    }
    // An unknown parameter is refused everywhere.
    route.schema ??= {};
    route.schema.querystring ??= z.strictObject({});
  });
}

function addRequestHooks(api: FastifyInstance, dependencies: ApiDependencies): void {
  const { controlPlane, rateLimit = defaultRateLimit } = dependencies;
  const { answers, keyVerifier } = controlPlane;
  const limiter = new RateLimiter(rateLimit, controlPlane.clock);
  api.addHook('onRequest', async (request, reply) => {
    const scope = scopeOf(request.method, request.routeOptions.url ?? '');
    if (scope === undefined) return;
    await authenticate(request, reply, scope, { verifier: keyVerifier, limiter });
  });
  api.addHook('preValidation', (request, _reply, done) => {
    done(isReadable(request.params) && isReadable(request.query) ? undefined : urlUnreadable());
  });
  api.addHook('preHandler', async (request, reply) => {
    if (request.method !== 'POST') return undefined;
    return claimIdempotencyKey(answers, request, reply);
  });
  api.addHook('onSend', async (request, reply, payload) => {
    const redact = request.routeOptions.config.redactAnswer;
    await settleIdempotencyKey(answers, request, reply, { payload, redact });
    return payload;
  });
}

/** Whether a store could hold what the address names. */
function isReadable(parameters: unknown): boolean {
  const values = Object.values((parameters ?? {}) as Readonly<Record<string, unknown>>);
  return values.flat().every((value) => typeof value !== 'string' || isText(value));
}

function urlUnreadable(): AppError {
  return new AppError('invalid-input', 'platform/url-unreadable', 'The URL holds a NUL character.');
}
