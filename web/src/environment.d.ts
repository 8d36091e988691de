import type { VideoRenditionList, VideoTrack } from 'media-tracks';
import 'react';

declare module 'react' {
  interface CSSProperties {
    /** Custom properties are styles too. */
    [name: `--${string}`]: string | number;
  }
}

declare global {
  /** What the polyfill of media-tracks adds; its own declarations do not reach who imports it by name. */
  interface HTMLMediaElement {
    addVideoTrack(kind: string, label?: string, language?: string): VideoTrack;
    removeVideoTrack(track: VideoTrack): void;
    videoRenditions: VideoRenditionList;
  }
}
