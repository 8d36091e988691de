import { runService } from '@rushes/shared/service';
import { parseCatalogConfig } from './config.ts';
import { createCatalog } from './service.ts';

await runService('catalog', parseCatalogConfig, createCatalog);
