import Hls, { type ErrorData } from 'hls.js';
import 'media-tracks/polyfill';
import workerUrl from 'hls.js/dist/hls.worker.js?url';
import { qualityId } from '../core/quality-label.ts';

export interface EngineOptions {
  video: HTMLVideoElement;
  /** The master playlist. */
  url: string;
  /** Seconds to begin at. */
  startAt: number;
  /** In words, when it cannot go on. */
  onTrouble: (message: string) => void;
}

/** Network errors are tried again this many times, a second apart and growing, before they are told. */
const NETWORK_TRIES = 5;

/**
 * Plays HLS in a video element: Safari by itself, all others by hls.js. (Others say that they can, too, but not with
 * a choice of quality.) @returns ends it
 */
export function attachHls(options: EngineOptions): () => void {
  const { video, url } = options;
  const native = navigator.vendor.startsWith('Apple') && video.canPlayType('application/vnd.apple.mpegurl') !== '';
  if (native) return attachNative(options);
  if (Hls.isSupported()) return attachHlsJs(options);
  options.onTrouble('This browser cannot play streams. Try a current Firefox, Chrome, Edge or Safari.');
  console.warn(`neither Media Source Extensions nor native HLS for ${url}`);
  return () => {};
}

function attachNative({ video, url, startAt, onTrouble }: EngineOptions): () => void {
  const begin = () => {
    if (startAt > 0) video.currentTime = startAt;
  };
  const fail = () => onTrouble(video.error?.message || 'The stream could not be played.');
  video.addEventListener('loadedmetadata', begin, { once: true });
  video.addEventListener('error', fail);
  video.src = url;
  return () => {
    video.removeEventListener('loadedmetadata', begin);
    video.removeEventListener('error', fail);
    video.removeAttribute('src');
    video.load();
  };
}

function attachHlsJs({ video, url, startAt, onTrouble }: EngineOptions): () => void {
  const hls = new Hls({
    // A playlist that still grows counts as live; without this it would begin at its end.
    startPosition: startAt,
    workerPath: workerUrl,
    // Nothing is gained by more pixels than the screen shows.
    capLevelToPlayerSize: true,
    backBufferLength: 60,
  });
  const forgetQualities = offerQualities(hls, video);
  hls.on(Hls.Events.ERROR, recovery(hls, onTrouble));
  hls.loadSource(url);
  hls.attachMedia(video);
  return () => {
    forgetQualities();
    hls.destroy();
  };
}

/** Fills the quality menu, and does what is chosen there. */
function offerQualities(hls: Hls, video: HTMLVideoElement): () => void {
  let track: ReturnType<HTMLVideoElement['addVideoTrack']> | undefined;
  const clear = () => {
    if (track !== undefined) video.removeVideoTrack(track);
    track = undefined;
  };
  const choose = () => {
    hls.nextLevel = video.videoRenditions.selectedIndex;
  };
  hls.on(Hls.Events.MANIFEST_PARSED, (_event, { levels }) => {
    clear();
    track = video.addVideoTrack('main');
    track.selected = true;
    for (const [index, { url, width, height, videoCodec, bitrate, frameRate }] of levels.entries()) {
      const rendition = track.addRendition(url[0] ?? '', width, height, videoCodec, bitrate, frameRate);
      rendition.id = qualityId(index, videoCodec);
    }
  });
  video.videoRenditions.addEventListener('change', choose);
  return () => {
    video.videoRenditions.removeEventListener('change', choose);
    clear();
  };
}

function recovery(hls: Hls, onTrouble: (message: string) => void) {
  let tries = 0;
  let recovered = false;
  return (_event: string, { fatal, type, details }: ErrorData) => {
    if (!fatal) return;
    if (type === Hls.ErrorTypes.NETWORK_ERROR && tries < NETWORK_TRIES) {
      tries += 1;
      setTimeout(() => (hls.levels.length > 0 ? hls.startLoad() : hls.loadSource(hls.url ?? '')), 1_000 * tries);
      return;
    }
    if (type === Hls.ErrorTypes.MEDIA_ERROR && !recovered) {
      recovered = true;
      hls.recoverMediaError();
      return;
    }
    const network = type === Hls.ErrorTypes.NETWORK_ERROR;
    onTrouble(network ? 'The stream cannot be fetched at present.' : `The stream cannot be played here (${details}).`);
  };
}
