export { closeHttpServer, createHttpServer } from './server.ts';
export type { HttpServerOptions } from './server.ts';
export type { ReadinessCheck } from './operations-routes.ts';
export { httpStatusOf, problemContentType, toProblem } from './problem.ts';
export type { Problem, ProblemAnswer } from './problem.ts';
