import {
  MediaCaptionsButton,
  MediaControlBar,
  MediaController,
  MediaFullscreenButton,
  MediaLoadingIndicator,
  MediaMuteButton,
  MediaPlayButton,
  MediaPreviewThumbnail,
  MediaPreviewTimeDisplay,
  MediaTimeDisplay,
  MediaTimeRange,
  MediaVolumeRange,
} from 'media-chrome/react';
import { MediaRenditionMenu, MediaRenditionMenuButton } from 'media-chrome/react/menu';
import { type RefObject, useEffect, useRef, useState } from 'react';
import { formatClock } from '../core/format.ts';
import { compareQualities, type Quality, qualityLabel } from '../core/quality-label.ts';
import { attachHls } from './engine.ts';
import './player.css';

export interface PlayerProps {
  title: string;
  /** The master playlist. */
  hls: string;
  /** Changes when the same address offers more than before: it is then read anew, when nobody is watching. */
  edition: string;
  /** Seconds that it will be long, while only its beginning is there; null: it is whole. */
  growsTo: number | null;
  poster: string | null;
  /** WebVTT of the storyboard. */
  storyboard: string | null;
}

export function Player({ title, hls, edition, growsTo, poster, storyboard }: PlayerProps) {
  const video = useRef<HTMLVideoElement>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const source = useSource(video, hls, edition);

  useEffect(() => {
    const element = video.current;
    if (element === null) return;
    setTrouble(null);
    const detach = attachHls({ video: element, url: source.hls, startAt: resumeAt(element), onTrouble: setTrouble });
    const wasPlaying = element.dataset.playing === 'true';
    if (wasPlaying) element.play().catch((error: unknown) => console.debug('playing did not go on by itself', error));
    return () => {
      element.dataset.resumeAt = String(element.currentTime);
      element.dataset.playing = String(!element.paused && !element.ended);
      detach();
    };
  }, [source]);

  return (
    <MediaController className="player" aria-label={`Player: ${title}`}>
      <video
        ref={video}
        slot="media"
        title={title}
        crossOrigin="anonymous"
        playsInline
        preload="metadata"
        {...(poster === null ? {} : { poster })}
      >
        {storyboard === null ? null : (
          <track key={storyboard} label="thumbnails" kind="metadata" src={storyboard} default />
        )}
      </video>
      <MediaLoadingIndicator slot="centered-chrome" noAutohide />
      {trouble === null ? null : (
        <p className="player-trouble" role="alert">
          {trouble}
        </p>
      )}
      <MediaRenditionMenu ref={nameQualities} anchor="auto" hidden />
      <div className="player-scrim" />
      <MediaControlBar className="player-range">
        <MediaTimeRange>
          <MediaPreviewThumbnail slot="preview" />
          <MediaPreviewTimeDisplay slot="preview" />
        </MediaTimeRange>
      </MediaControlBar>
      <MediaControlBar className="player-buttons">
        <MediaPlayButton />
        <MediaMuteButton />
        <MediaVolumeRange />
        <MediaTimeDisplay showDuration noToggle role="timer" />
        {growsTo === null ? null : <span className="player-growing">of {formatClock(growsTo)}, being made</span>}
        <span className="player-gap" />
        <MediaCaptionsButton />
        <MediaRenditionMenuButton />
        <MediaFullscreenButton />
      </MediaControlBar>
    </MediaController>
  );
}

/** What is to be played. More of the same is taken up when the viewer stops: nothing that plays is interrupted for it. */
function useSource(video: RefObject<HTMLVideoElement | null>, hls: string, edition: string) {
  const [source, setSource] = useState({ hls, edition });
  useEffect(() => {
    if (source.hls === hls && source.edition === edition) return;
    const element = video.current;
    const take = () => setSource({ hls, edition });
    if (element === null || element.paused || source.hls !== hls) return take();
    element.addEventListener('pause', take, { once: true });
    return () => element.removeEventListener('pause', take);
  }, [video, source, hls, edition]);
  return source;
}

/** The menu's own names tell two codecs of one size apart by nothing. */
function nameQualities(menu: QualityMenu | null): void {
  if (menu === null) return;
  menu.formatRendition = (quality) => qualityLabel(quality, menu.mediaRenditionList);
  menu.compareRendition = compareQualities;
}

interface QualityMenu {
  mediaRenditionList: Quality[];
  formatRendition(quality: Quality): string;
  compareRendition(a: Quality, b: Quality): number;
}

function resumeAt(element: HTMLVideoElement): number {
  return Number(element.dataset.resumeAt ?? 0);
}
