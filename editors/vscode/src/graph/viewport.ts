// Where a drawing is looked at from: moved and scaled, never lost.

export interface Viewport {
  /** Where the drawing's origin is in the frame, px. */
  x: number;
  y: number;
  scale: number;
}

export interface Size {
  width: number;
  height: number;
}

export const SCALE_MIN = 0.05;
export const SCALE_MAX = 4;
const MARGIN = 24;

/** All of a drawing in the frame; a small one is not made larger than it is. */
export function fit(drawing: Size, frame: Size): Viewport {
  const room = { width: Math.max(frame.width - 2 * MARGIN, 1), height: Math.max(frame.height - 2 * MARGIN, 1) };
  const scale = clampScale(Math.min(1, room.width / Math.max(drawing.width, 1), room.height / Math.max(drawing.height, 1)));
  return { scale, x: (frame.width - drawing.width * scale) / 2, y: Math.max((frame.height - drawing.height * scale) / 2, MARGIN * Math.min(scale, 1)) };
}

/** Larger or smaller; the point of the frame that is given stays where it is. */
export function zoom(view: Viewport, factor: number, at: { x: number; y: number }): Viewport {
  const scale = clampScale(view.scale * factor);
  const real = scale / view.scale;
  return { scale, x: at.x - (at.x - view.x) * real, y: at.y - (at.y - view.y) * real };
}

/** Moved; some of the drawing stays in the frame. */
export function pan(view: Viewport, dx: number, dy: number, drawing: Size, frame: Size): Viewport {
  const keep = 40;
  const within = (value: number, size: number, room: number) => Math.min(Math.max(value, keep - size * view.scale), room - keep);
  return { scale: view.scale, x: within(view.x + dx, drawing.width, frame.width), y: within(view.y + dy, drawing.height, frame.height) };
}

/** Moved just so far that a box of the drawing can be seen. */
export function reveal(view: Viewport, box: { x: number; y: number } & Size, frame: Size): Viewport {
  const into = (start: number, size: number, room: number) => {
    if (size + 2 * MARGIN > room || start < MARGIN) {
      return MARGIN - start;
    }
    return start + size > room - MARGIN ? room - MARGIN - start - size : 0;
  };
  const left = view.x + box.x * view.scale;
  const top = view.y + box.y * view.scale;
  return { scale: view.scale, x: view.x + into(left, box.width * view.scale, frame.width), y: view.y + into(top, box.height * view.scale, frame.height) };
}

function clampScale(scale: number): number {
  return Math.min(Math.max(scale, SCALE_MIN), SCALE_MAX);
}
