import { once } from 'node:events';
import { runService } from '@rushes/shared/service';
import type { StageDeps } from '@rushes/shared/stage';
import { parseCatalogConfig } from '../../../services/catalog/src/config.ts';
import { createCatalog } from '../../../services/catalog/src/service.ts';
import { parsePackagerConfig } from '../../../services/packager/src/config.ts';
import { createPackager } from '../../../services/packager/src/service.ts';
import { parseIngestConfig } from '../../../services/s3-event-ingest/src/config.ts';
import { createIngest } from '../../../services/s3-event-ingest/src/service.ts';
import { parseThumbnailerConfig } from '../../../services/thumbnailer/src/config.ts';
import { createThumbnailer } from '../../../services/thumbnailer/src/service.ts';
import { parseTranscoderConfig } from '../../../services/transcoder/src/config.ts';
import { createTranscoder } from '../../../services/transcoder/src/service.ts';
import { parseUploadApiConfig } from '../../../services/upload-api/src/config.ts';
import { createUploadApi } from '../../../services/upload-api/src/service.ts';

/**
 * A service as it is in the product, but for one thing: at each step named in the arguments it stops, tells the process
 * that started it, and goes on when it is told to. So a test kills, pauses or cuts off exactly there.
 */
const [name = '', ...steps] = process.argv.slice(2);

const onStep = async (step: string, videoId: string): Promise<void> => {
  if (!steps.includes(step)) return;
  const told = once(process, 'message');
  process.send?.({ step, videoId });
  await told;
};
const stageStep: NonNullable<StageDeps['onStep']> = onStep;

const services: Record<string, () => Promise<void>> = {
  'upload-api': () =>
    runService('upload-api', parseUploadApiConfig, (runtime, config) => createUploadApi(runtime, config, onStep)),
  's3-event-ingest': () =>
    runService('s3-event-ingest', parseIngestConfig, (runtime, config) => createIngest(runtime, config, onStep)),
  transcoder: () =>
    runService('transcoder', parseTranscoderConfig, (runtime, config) => createTranscoder(runtime, config, stageStep)),
  thumbnailer: () =>
    runService('thumbnailer', parseThumbnailerConfig, (runtime, config) =>
      createThumbnailer(runtime, config, stageStep),
    ),
  packager: () =>
    runService('packager', parsePackagerConfig, (runtime, config) => createPackager(runtime, config, stageStep)),
  catalog: () => runService('catalog', parseCatalogConfig, createCatalog),
};

const run = services[name];
if (run === undefined) throw new Error(`no service is called "${name}"`);
// A test that died must not leave it behind; and the channel must not keep a service alive that has ended.
process.once('disconnect', () => process.exit(1));
process.channel?.unref();
await run();
