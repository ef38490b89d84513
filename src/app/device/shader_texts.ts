/** Path → text of every shader. Vite replaces this module alone when a .wgsl file is edited. */
export const shaderTexts: Record<string, string> = import.meta.glob('../../../shaders/**/*.wgsl', {
  query: '?raw',
  import: 'default',
  eager: true,
});
