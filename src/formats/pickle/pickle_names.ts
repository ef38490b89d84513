/** Which functions and classes a pickle may name, as `module.name`. */
export interface PickleNames {
  has(name: string): boolean;
}

/**
 * Python's own modules. What they have can run programs, read files or reach the network, and a model needs next to
 * nothing of it. Source: `sys.stdlib_module_names`, without those that begin with an underscore, and without `test`.
 */
const pythonModules = new Set(
  `abc aifc antigravity argparse array ast asynchat asyncio asyncore atexit audioop base64 bdb binascii binhex bisect
  builtins bz2 cProfile calendar cgi cgitb chunk cmath cmd code codecs codeop collections colorsys commands compileall
  concurrent configparser contextlib contextvars copy copy_reg copyreg crypt csv ctypes curses dataclasses datetime dbm
  decimal difflib dis distutils doctest email encodings ensurepip enum errno faulthandler fcntl filecmp fileinput
  fnmatch formatter fractions ftplib functools gc genericpath getopt getpass gettext glob graphlib grp gzip hashlib
  heapq hmac html http idlelib imaplib imghdr imp importlib inspect io ipaddress itertools json keyword lib2to3
  linecache locale logging lzma mailbox mailcap marshal math mimetypes mmap modulefinder msilib msvcrt multiprocessing
  netrc nis nntplib nt ntpath nturl2path numbers opcode operator optparse os ossaudiodev parser pathlib pdb pickle
  pickletools pipes pkgutil platform plistlib poplib popen2 posix posixpath pprint profile pstats pty pwd py_compile
  pyclbr pydoc pydoc_data pyexpat queue quopri random re readline reprlib resource rlcompleter runpy sched secrets
  select selectors shelve shlex shutil signal site smtpd smtplib sndhdr socket socketserver spwd sqlite3 sre_compile
  sre_constants sre_parse ssl stat statistics string stringprep struct subprocess sunau symbol symtable sys sysconfig
  syslog tabnanny tarfile telnetlib tempfile termios textwrap this threading time timeit tkinter token tokenize
  tomllib trace traceback tracemalloc tty turtle turtledemo types typing unicodedata unittest urllib urllib2 uu uuid
  venv warnings wave weakref webbrowser winreg winsound wsgiref xdrlib xml xmlrpc zipapp zipfile zipimport zlib
  zoneinfo __builtin__ __import__ _io _posixsubprocess _pickle _socket _thread`.split(/\s+/),
);

/** Others that open files or run code for whoever loads a pickle with Python. */
const otherModules = ['pip', 'setuptools', 'numpy.testing', 'torch.hub', 'torch.serialization'];
const otherNames = new Set(['torch.load', 'numpy.load', 'joblib.load', 'pandas.eval']);

/** What of Python's modules stands in checkpoints as plain data. */
const data = new Set([
  ...['builtins', '__builtin__'].flatMap((module) =>
    `bool bytearray bytes complex dict float frozenset getattr int list long object range set slice str tuple type
      unicode xrange`
      .split(/\s+/)
      .map((name) => `${module}.${name}`),
  ),
  ...['copyreg', 'copy_reg'].flatMap((module) =>
    ['_reconstructor', '__newobj__', '__newobj_ex__'].map((name) => `${module}.${name}`),
  ),
  ...['pathlib', 'pathlib._local'].flatMap((module) =>
    'Path PosixPath PurePath PurePosixPath PureWindowsPath WindowsPath'
      .split(' ')
      .map((name) => `${module}.${name}`),
  ),
  ...'OrderedDict defaultdict deque Counter ChainMap'.split(' ').map((x) => `collections.${x}`),
  ...'date datetime time timedelta timezone'.split(' ').map((x) => `datetime.${x}`),
  'argparse.Namespace',
  'array._array_reconstructor',
  'array.array',
  'decimal.Decimal',
  'enum.Enum',
  'enum.IntEnum',
  'fractions.Fraction',
  'functools.partial',
  'io.BytesIO',
  '_io.BytesIO',
  'io.StringIO',
  'logging.Logger',
  'logging.getLogger',
  'operator.itemgetter',
  'random.Random',
  're._compile',
  'types.MappingProxyType',
  'types.SimpleNamespace',
  'typing.Any',
  'uuid.UUID',
  'weakref.ref',
  'weakref.WeakKeyDictionary',
  'weakref.WeakSet',
  'weakref.WeakValueDictionary',
]);

/**
 * The names that a model's pickle may have. Naming one does nothing: a pickle is read as data, readers know what a few
 * names mean, and all other objects are inert. Yet a file that names a function of Python's, as one does that runs
 * `os.system` for whoever opens it there, is refused as a whole: nobody should keep it as a model.
 */
export const harmlessNames: PickleNames = {
  has(name) {
    if (data.has(name)) return true;
    const root = name.slice(0, name.indexOf('.'));
    if (pythonModules.has(root) || otherNames.has(name)) return false;
    return !otherModules.some((module) => name.startsWith(`${module}.`));
  },
};
