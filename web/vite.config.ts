import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** Where `npm run dev` finds a running Rushes. */
const BACKEND = process.env.RUSHES_ORIGIN ?? 'http://127.0.0.1:8080';
/** The face that the first screen is set in. */
const FIRST_FONT = /instrument-sans-latin-standard-normal.*\.woff2$/;

/** Asks for the font together with the styles, so that text is not set twice. */
function preloadFont(): Plugin {
  return {
    name: 'preload-font',
    transformIndexHtml: {
      order: 'post',
      handler: (_html, { bundle }) =>
        Object.keys(bundle ?? {})
          .filter((name) => FIRST_FONT.test(name))
          .map((name) => ({
            tag: 'link',
            attrs: { rel: 'preload', as: 'font', type: 'font/woff2', href: `/${name}`, crossorigin: true },
            injectTo: 'head-prepend' as const,
          })),
    },
  };
}

export default defineConfig({
  plugins: [react(), preloadFont()],
  build: {
    target: 'es2022',
    // Data URLs would need more of a content security policy than 'self'.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/v1': BACKEND, '/media': BACKEND } },
});
