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
import { useEffect, useRef, useState } from 'react';
import { compareQualities, type Quality, qualityLabel } from '../core/quality-label.ts';
import { attachHls } from './engine.ts';
import './player.css';

export interface PlayerProps {
  title: string;
  /** The master playlist. */
  hls: string;
  /** Changes when the same address offers more than before: it is then read anew, at the place one is watching. */
  edition: string;
  poster: string | null;
  /** WebVTT of the storyboard. */
  storyboard: string | null;
}

export function Player({ title, hls, edition, poster, storyboard }: PlayerProps) {
  const video = useRef<HTMLVideoElement>(null);
  const [trouble, setTrouble] = useState<string | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new edition is a reason to read the address anew.
  useEffect(() => {
    const element = video.current;
    if (element === null) return;
    setTrouble(null);
    const detach = attachHls({ video: element, url: hls, startAt: resumeAt(element), onTrouble: setTrouble });
    const wasPlaying = element.dataset.playing === 'true';
    if (wasPlaying) element.play().catch((error: unknown) => console.debug('playing did not go on by itself', error));
    return () => {
      element.dataset.resumeAt = String(element.currentTime);
      element.dataset.playing = String(!element.paused && !element.ended);
      detach();
    };
  }, [hls, edition]);

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
        <span className="player-gap" />
        <MediaCaptionsButton />
        <MediaRenditionMenuButton />
        <MediaFullscreenButton />
      </MediaControlBar>
    </MediaController>
  );
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
