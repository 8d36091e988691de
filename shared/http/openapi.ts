import { z } from 'zod';
import { videoViewSchema } from '../video/index.ts';
import { PROBLEMS, type ProblemCode, problemSchema } from './problems.ts';
import { type Route, type RouteName, routes } from './routes.ts';
import { uploadSchema } from './schemas.ts';

/** The part of an OpenAPI 3.1 document that is used here; schemas are JSON Schema 2020-12. */
export interface OpenApiDocument {
  openapi: '3.1.0';
  info: { title: string; version: string; description: string; license: { name: string; identifier: string } };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, JsonSchema> };
}
type JsonSchema = Record<string, unknown>;

interface Operation {
  operationId: string;
  summary: string;
  tags: string[];
  parameters?: Parameter[];
  requestBody?: { required: boolean; content: Content };
  responses: Record<string, { description: string; headers?: Record<string, unknown>; content?: Content }>;
}

interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required: boolean;
  description?: string;
  schema: JsonSchema;
}
type Content = Record<string, { schema: JsonSchema }>;

/** Header fields of requests: what they are for, and which calls take them. */
const REQUEST_HEADERS: readonly { name: string; description: string; calls: readonly RouteName[] }[] = [
  {
    name: 'Idempotency-Key',
    description: 'Sent again within 24 hours with the same body, the same video is answered.',
    calls: ['createVideo'],
  },
  { name: 'If-Match', description: 'The ETag that the change is meant for.', calls: ['updateVideo', 'deleteVideo'] },
  { name: 'If-None-Match', description: 'The ETag that is known already: 304.', calls: ['getVideo', 'getEvents'] },
  {
    name: 'rushes-min-seq',
    description: 'Wait until the answer holds at least this sequence, as a change answered it in rushes-seq.',
    calls: ['listVideos', 'getVideo', 'getEvents', 'watchVideo'],
  },
  { name: 'Last-Event-ID', description: 'Go on after this event; wins over `since`.', calls: ['watchVideos'] },
];

/** Header fields of answers; an upload-api's answer names the video's last sequence, a catalog's the one it was read at. */
const RUSHES_SEQ = { 'rushes-seq': { description: 'Sequence of the log.', schema: { type: 'integer' } } };
const ETAG = { etag: { description: "The video's last sequence.", schema: { type: 'string' } } };
const WITH_ETAG: readonly string[] = ['getVideo', 'getEvents', 'updateVideo'] satisfies RouteName[];

/** The OpenAPI document of the whole API, made from the one table of routes. */
export function openApiDocument(): OpenApiDocument {
  const { schemas, referenceTo } = componentsOf(routes);
  const paths: OpenApiDocument['paths'] = {};
  for (const [name, route] of Object.entries(routes) as [RouteName, Route][]) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(name, route, referenceTo) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Rushes',
      version: '1',
      description: 'Video straight from a browser into S3, and out again as streams the world can watch.',
      license: { name: 'Apache License 2.0', identifier: 'Apache-2.0' },
    },
    paths,
    components: { schemas },
  };
}

/** Bodies and answers as named schemas, which refer to each other where one holds another. */
function componentsOf(table: Record<string, Route>) {
  const registry = z.registry<{ id: string }>();
  const named = (schema: z.ZodType, id: string) => void (registry.has(schema) || registry.add(schema, { id }));
  named(videoViewSchema, 'Video');
  named(uploadSchema, 'Upload');
  named(problemSchema, 'Problem');
  for (const [name, { body, answer }] of Object.entries(table)) {
    const prefix = name.charAt(0).toUpperCase() + name.slice(1);
    if (body) named(body, `${prefix}Body`);
    if (answer.schema) named(answer.schema, `${prefix}Answer`);
  }
  const uri = (id: string) => `#/components/schemas/${id}`;
  // As input: what is left out of a body, and what a newer server adds to an answer, are both right.
  const { schemas } = z.toJSONSchema(registry, { uri, io: 'input' });
  return {
    schemas: Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, bare(schema)])),
    referenceTo: (schema: z.ZodType): JsonSchema => ({ $ref: uri(registry.get(schema)?.id ?? '') }),
  };
}

/** Without what says which dialect and address a schema has: the document says that for all. */
function bare(schema: object): JsonSchema {
  const { $schema: _dialect, $id: _address, ...rest } = schema as JsonSchema;
  return rest;
}

function operationOf(name: RouteName, route: Route, referenceTo: (schema: z.ZodType) => JsonSchema): Operation {
  const parameters = [...pathParameters(route), ...queryParameters(route), ...headerParameters(name)];
  return {
    operationId: name,
    summary: route.summary,
    tags: [route.service],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(route.body === undefined
      ? {}
      : {
          requestBody: {
            required: !route.body.safeParse({}).success,
            content: { 'application/json': { schema: referenceTo(route.body) } },
          },
        }),
    responses: { ...answerOf(name, route, referenceTo), ...problemsOf(route.problems) },
  };
}

function pathParameters({ path }: Route): Parameter[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: name === 'id' ? { type: 'string', format: 'uuid' } : { type: 'string' },
  }));
}

function queryParameters({ query }: Route): Parameter[] {
  const { properties = {} } = z.toJSONSchema(query, { io: 'output' });
  // What has a default may be left out, whatever the parsed query is sure to hold.
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: false,
    schema: bare(Object(schema)),
  }));
}

function headerParameters(call: RouteName): Parameter[] {
  return REQUEST_HEADERS.filter(({ calls }) => calls.includes(call)).map(({ name, description }) => ({
    name,
    in: 'header',
    required: false,
    description,
    schema: { type: 'string' },
  }));
}

function answerOf(
  name: RouteName,
  route: Route,
  referenceTo: (schema: z.ZodType) => JsonSchema,
): Operation['responses'] {
  const { status, schema, type } = route.answer;
  const headers = {
    ...(route.path.startsWith('/v1/') ? RUSHES_SEQ : {}),
    ...(WITH_ETAG.includes(name) ? ETAG : {}),
    ...(status === 302 ? { location: { schema: { type: 'string', format: 'uri' } } } : {}),
  };
  const content: Content | undefined = schema
    ? { 'application/json': { schema: referenceTo(schema) } }
    : type === undefined
      ? undefined
      : { [type]: { schema: { type: 'string' } } };
  return {
    [status]: {
      description: route.summary,
      ...(Object.keys(headers).length === 0 ? {} : { headers }),
      ...(content ? { content } : {}),
    },
  };
}

/** Problems that have a status in common share a response, which names their codes. */
function problemsOf(codes: readonly ProblemCode[]): Operation['responses'] {
  const byStatus = Map.groupBy(codes, (code) => String(PROBLEMS[code].status));
  const content: Content = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
  return Object.fromEntries(
    [...byStatus].map(([status, some]) => [
      status,
      { description: some.map((code) => `${PROBLEMS[code].title} (\`${code}\`)`).join(' · '), content },
    ]),
  );
}
