export { bootstrapNats, LogLost } from './bootstrap.ts';
export { natsServerConfig, type Passwords } from './server-config.ts';
export { helperStreams } from './streams.ts';
export { SERVICE_NAMES, type ServiceName, USER_NAMES, type UserName } from './table.ts';
