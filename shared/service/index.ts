export {
  ConfigError,
  durationSchema,
  type HttpConfig,
  httpVariables,
  type MediaConfig,
  mediaVariables,
  type NatsConfig,
  natsVariables,
  parseConfig,
  profileVariables,
  type S3Config,
  type ServiceConfig,
  s3Variables,
} from './config.ts';
export { busCheck, type Check, untilHealthy } from './health.ts';
export { createLogger } from './logger.ts';
export { createRuntime, type Runtime, runService, type Service } from './run.ts';
export { currentTraceparent, meter, recordSpan, startTelemetry, withSpan } from './telemetry.ts';
