const FLASH = "drawbox=t=fill:color=white:enable='gte(mod(t+0.001,1),0.6)*lt(mod(t+0.001,1),0.7)'";

/** The upright picture, in RGB and without hard edges, which 4:2:0 cannot keep. */
export const upright = (size: string, rate = '30') =>
  `testsrc2=size=${size}:rate=${rate},format=rgb24,${FLASH},format=gbrp,gblur=sigma=2`;

export const lavfi = (graph: string) => [...words('-f lavfi -i'), graph];
export const clip = (size = '320x180', rate = '30') => lavfi(upright(size, rate));
export const beepIn = (channels: number) => {
  const beep = 'if(gte(mod(t,1),0.6)*lt(mod(t,1),0.7),0.7*sin(6283*t),0)';
  return `aevalsrc='${Array.from({ length: channels }, () => beep).join('|')}':s=48000`;
};
export const beep = lavfi(beepIn(2));
export const two = [...words('-t 2')];
export const yuv = (format = 'yuv420p', matrix = 'bt709', more = '') => [
  '-vf',
  `${more}scale=out_color_matrix=${matrix}:out_range=tv,format=${format}`,
];
export const x264 = [...words('-c:v libx264 -preset ultrafast -crf 12')];
export const aac = [...words('-c:a aac -b:a 128k')];
export const usual = [...clip(), ...beep, ...two, ...yuv(), ...x264];
export const plain = { size: '320x180', frames: 60, rate: '30/1', channels: [2] } as const;

/** Options as they are typed, one word an item. */
export function words(text: string): string[] {
  return text.split(' ');
}
