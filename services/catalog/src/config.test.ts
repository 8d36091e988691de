import { ConfigError } from '@rushes/shared/service';
import { describe, expect, it } from 'vitest';
import { parseCatalogConfig } from './config.ts';

const ENV = {
  NATS_URL: 'nats://127.0.0.1:4222',
  MONGODB_URL: 'mongodb://127.0.0.1:27017',
  CDN_BASE_URL: 'http://127.0.0.1:8080/media/',
};

describe('parseCatalogConfig', () => {
  it('takes the slash off the CDN base, since keys are appended with one', () => {
    expect(parseCatalogConfig(ENV).CDN_BASE_URL).toBe('http://127.0.0.1:8080/media');
  });

  it('reads origins from a list with commas, and allows none by default', () => {
    expect(parseCatalogConfig(ENV).ALLOWED_ORIGINS).toEqual([]);
    expect(
      parseCatalogConfig({ ...ENV, ALLOWED_ORIGINS: 'https://a.example, https://b.example/' }).ALLOWED_ORIGINS,
    ).toEqual(['https://a.example', 'https://b.example']);
  });

  it('names every variable that is missing or wrong', () => {
    const parse = () => parseCatalogConfig({ NATS_URL: 'x', MONGODB_URL: 'postgres://x', CDN_BASE_URL: 'media' });
    expect(parse).toThrow(ConfigError);
    expect(parse).toThrow(/MONGODB_URL: must begin with[\s\S]*CDN_BASE_URL/);
  });
});
