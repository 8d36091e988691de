export { corsOptions } from './cors.ts';
export { drain } from './drain.ts';
export { type OpenApiDocument, openApiDocument } from './openapi.ts';
export {
  type FieldError,
  fieldErrors,
  PROBLEMS,
  type Problem,
  type ProblemCode,
  ProblemError,
  problemOf,
  problemSchema,
} from './problems.ts';
export { addRoute, type Call, unknownVideo } from './register.ts';
export { type Route, type RouteName, routes } from './routes.ts';
export {
  type CreateVideo,
  type DeadLetterQuery,
  LIMITS,
  type ListQuery,
  SORTS,
  type UpdateVideo,
  type UploadView,
} from './schemas.ts';
export { createHttpServer } from './server.ts';
