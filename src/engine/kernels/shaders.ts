import { WgslReflect } from 'wgsl_reflect/wgsl_reflect.module.js';
import type { Precision } from '../memory/layouts.ts';

/** Gives the text of `shaders/<name>.wgsl`: from disk in Node, from Vite in the page. */
export type ShaderSource = (name: string) => Promise<string>;

/** One storage variable of an entry point. */
export interface Binding {
  readonly name: string;
  readonly binding: number;
  readonly writable: boolean;
}

/** One field of `struct Params`. */
export interface ParamField {
  readonly name: string;
  readonly offset: number;
  readonly type: 'u32' | 'i32' | 'f32';
}

/** A shader file as reflected: its text, its parameters and its entry points. */
export interface Shader {
  readonly name: string;
  /** Precision of the weights that it reads. */
  readonly precision: Precision;
  /** The file's text, then the library files that it uses: so line numbers in messages are those of the file. */
  readonly code: string;
  readonly params: readonly ParamField[];
  /** Bytes of the uniform `params`; 0 where there is none. */
  readonly paramsSize: number;
  readonly paramsBinding: number;
  readonly entryPoints: ReadonlyMap<string, readonly Binding[]>;
}

/** A shader that cannot be read or compiled; it says where, and what its author should look at. */
export class ShaderError extends Error {
  constructor(
    /** The shader's name: its file without the ending. */
    readonly shader: string,
    message: string,
    /** The line of the file, from 1, where one is known. */
    readonly line?: number,
  ) {
    super(`shaders/${shader}.wgsl${line === undefined ? '' : `:${line}`}: ${message}`);
    this.name = 'ShaderError';
  }
}

const usesLine = /^\/\/ uses ((?:lib\/\w+(?:, )?)+)$/m;

/** The library file by which a shader reads convolution weights; both files declare the same names. */
const weightLibraries: Readonly<Record<Precision, string>> = {
  f32: 'lib/weights',
  f16: 'lib/weights_half',
};

/** The name in a shader's `uses` line that stands for a library file: `lib/weights` for either form of it. */
const namedLibrary = (library: string): string =>
  Object.values(weightLibraries).includes(library) ? weightLibraries.f32 : library;

/**
 * The shaders that an edit of one file changes: the shader itself, or all that use it where it is a library file.
 * @param name the file's, without its extension
 * @param texts of all shaders and library files, by name
 */
export function shadersWith(name: string, texts: ReadonlyMap<string, string>): string[] {
  if (!name.startsWith('lib/')) return [name];
  const uses = new RegExp(`^// uses .*\\b${namedLibrary(name)}\\b`, 'm');
  return [...texts]
    .filter(([, text]) => uses.test(text))
    .flatMap(([user]) => shadersWith(user, texts));
}

/**
 * Reads a shader, appends the library files of its line `// uses lib/a, lib/b`, and reflects it.
 * @param precision how the weights that it reads are stored
 * @throws ShaderError where it does not parse, or cannot read such weights
 */
export async function readShader(
  name: string,
  source: ShaderSource,
  precision: Precision = 'f32',
): Promise<Shader> {
  let code = await source(name);
  const libraries = usesLine.exec(code)?.[1].split(', ') ?? [];
  if (precision !== 'f32' && !libraries.includes(weightLibraries.f32))
    throw new ShaderError(
      name,
      `cannot read weights in ${precision} unless it uses ${weightLibraries.f32}`,
    );
  for (const library of libraries) {
    const file = library === weightLibraries.f32 ? weightLibraries[precision] : library;
    code += `\n${await source(file)}`;
  }
  return reflectShader(name, code, precision);
}

function reflectShader(name: string, code: string, precision: Precision): Shader {
  const reflection = reflect(name, code);
  const uniform = reflection.uniforms.find((variable) => variable.name === 'params');
  const members = uniform && 'members' in uniform.type ? uniform.type.members : [];
  const params = (Array.isArray(members) ? members : []).map((member): ParamField => {
    const type = member.type.name;
    if (type !== 'u32' && type !== 'i32' && type !== 'f32')
      throw new ShaderError(name, `Params.${member.name} is ${type}; use u32, i32 or f32`);
    return { name: member.name, offset: member.offset, type };
  });
  const entryPoints = new Map<string, readonly Binding[]>();
  for (const entry of reflection.entry.compute) {
    const bindings = entry.resources
      .filter((resource) => resource.name !== 'params')
      .map((resource) => ({
        name: resource.name,
        binding: resource.binding,
        writable: resource.access === 'read_write',
      }));
    entryPoints.set(entry.name, bindings);
  }
  return {
    name,
    precision,
    code,
    params,
    paramsSize: uniform ? Math.ceil(uniform.size / 16) * 16 : 0,
    paramsBinding: uniform?.binding ?? 0,
    entryPoints,
  };
}

function reflect(name: string, code: string): WgslReflect {
  try {
    return new WgslReflect(code);
  } catch (error) {
    throw new ShaderError(name, error instanceof Error ? error.message : String(error));
  }
}
