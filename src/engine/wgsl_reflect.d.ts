// wgsl_reflect's main entry does not load as an ES module in Node; its module file has the same types.
declare module 'wgsl_reflect/wgsl_reflect.module.js' {
  export * from 'wgsl_reflect';
}
