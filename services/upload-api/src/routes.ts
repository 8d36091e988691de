import cors from '@fastify/cors';
import { addRoute, type Call, corsOptions, type Route, type RouteName, routes } from '@rushes/shared/http';
import { withSpan } from '@rushes/shared/service';
import type { FastifyInstance } from 'fastify';
import { cancelUpload, deleteVideo, reprocessVideo, updateVideo } from './change.ts';
import { createVideo } from './create.ts';
import type { Deps } from './ports.ts';
import { getSource, getUpload, refuseParts, renewUpload } from './upload.ts';

/** Adds every call this service answers. `allowedOrigins` may use it from a browser; `*` is any. */
export async function addRoutes(http: FastifyInstance, deps: Deps, allowedOrigins: readonly string[]): Promise<void> {
  await http.register(cors, corsOptions(allowedOrigins));
  add(http, deps, 'createVideo', routes.createVideo, createVideo);
  add(http, deps, 'getUpload', routes.getUpload, getUpload);
  add(http, deps, 'signParts', routes.signParts, refuseParts);
  add(http, deps, 'completeUpload', routes.completeUpload, refuseParts);
  add(http, deps, 'renewUpload', routes.renewUpload, renewUpload);
  add(http, deps, 'cancelUpload', routes.cancelUpload, cancelUpload);
  add(http, deps, 'updateVideo', routes.updateVideo, updateVideo);
  add(http, deps, 'deleteVideo', routes.deleteVideo, deleteVideo);
  add(http, deps, 'reprocessVideo', routes.reprocessVideo, reprocessVideo);
  add(http, deps, 'getSource', routes.getSource, getSource);
}

/** Each call runs in a span of the client's trace, which its event carries on to every stage. */
function add<R extends Route>(
  http: FastifyInstance,
  deps: Deps,
  name: RouteName,
  route: R,
  handler: (deps: Deps, call: Call<R>) => Promise<unknown>,
): void {
  addRoute(http, route, (call) => {
    const { traceparent } = call.request.headers;
    const attributes = { 'http.request.method': route.method, 'http.route': route.path, 'rushes.video': call.id };
    const options = { traceparent: typeof traceparent === 'string' ? traceparent : undefined, attributes };
    return withSpan(name, options, () => handler(deps, call));
  });
}
