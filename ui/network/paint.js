// Numbers as colours, one pixel each.

const OPACITIES = packed(Array.from({ length: 256 }, (_, alpha) => [255, 255, 255, alpha]));

// Colours of four bytes each, red first, as pixels of one number each.
function packed(colours) {
  return new Uint32Array(Uint8Array.from(colours.flat()).buffer);
}

// Values from 0 to 255 in 256 packed colours.
function paint(context, values, colours) {
  const pixels = context.createImageData(context.canvas.width, context.canvas.height);
  const painted = new Uint32Array(pixels.data.buffer);
  for (let i = 0; i < painted.length; i++) painted[i] = colours[Math.round(clamp(values[i], 0, 255))];
  context.putImageData(pixels, 0, 0);
}

function clamp(value, low, high) {
  return Math.max(low, Math.min(high, value));
}
