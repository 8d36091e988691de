import { describe, expect, it } from 'vitest';
import { openApiDocument } from './openapi.ts';
import { PROBLEMS } from './problems.ts';
import { routes } from './routes.ts';

const document = openApiDocument();
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

/** Every `$ref` of a document, wherever it stands. */
function referencesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '$ref' && typeof inner === 'string' ? [inner] : referencesIn(inner),
  );
}

describe('openApiDocument', () => {
  it('has one operation for each route, named after it', () => {
    expect(operations.map(({ operation }) => operation.operationId).sort()).toEqual(Object.keys(routes).sort());
  });

  it('refers to nothing that it does not hold, and keeps what it holds in use', () => {
    const referred = new Set(referencesIn(document));
    expect([...referred].sort()).toEqual(
      Object.keys(document.components.schemas)
        .map((name) => `#/components/schemas/${name}`)
        .sort(),
    );
  });

  it.each(operations)('declares every parameter of $method $path', ({ path, operation }) => {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
    expect(declared.map(({ name }) => name)).toEqual(inPath);
    expect(declared.every(({ required }) => required)).toBe(true);
  });

  it.each(operations)(
    'answers $method $path with its status and the status of each of its problems',
    ({ operation }) => {
      const route = routes[operation.operationId as keyof typeof routes];
      const statuses = new Set([route.answer.status, ...route.problems.map((code) => PROBLEMS[code].status)]);
      expect(Object.keys(operation.responses).map(Number).sort()).toEqual([...statuses].sort());
    },
  );

  it('lets a query parameter that has a default be left out, and one that may be repeated be a list', () => {
    const parameters = document.paths['/v1/videos']?.get?.parameters ?? [];
    expect(parameters.find(({ name }) => name === 'limit')).toMatchObject({ required: false, schema: { default: 20 } });
    expect(parameters.find(({ name }) => name === 'tag')?.schema).toMatchObject({ type: 'array' });
  });

  it('asks for a body only where one is needed', () => {
    expect(document.paths['/v1/videos']?.post?.requestBody?.required).toBe(true);
    expect(document.paths['/v1/videos/{id}/reprocess']?.post?.requestBody?.required).toBe(false);
  });

  it('shows the video by reference wherever one is answered', () => {
    expect(document.components.schemas.CreateVideoAnswer).toMatchObject({
      properties: { video: { $ref: '#/components/schemas/Video' } },
    });
  });

  it('is plain JSON', () => {
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
  });
});
