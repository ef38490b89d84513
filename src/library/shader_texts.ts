/** Path → text of every shader, put into the package by its build (tools/build_library.ts). */
export const shaderTexts: Record<string, string> = import.meta.glob('../../shaders/**/*.wgsl', {
  query: '?raw',
  import: 'default',
  eager: true,
});
