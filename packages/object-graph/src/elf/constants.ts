/** Constants of the ELF-64 object file format (System V gABI) and of two processor supplements. */
export const ET_REL = 1;
export const EM_X86_64 = 62;
export const EM_AARCH64 = 183;

export const SHN_UNDEF = 0;
export const SHN_LORESERVE = 0xff00;
export const SHN_ABS = 0xfff1;
export const SHN_COMMON = 0xfff2;
export const SHN_XINDEX = 0xffff;

export const SHT_NULL = 0;
export const SHT_PROGBITS = 1;
export const SHT_SYMTAB = 2;
export const SHT_STRTAB = 3;
export const SHT_RELA = 4;
export const SHT_HASH = 5;
export const SHT_DYNAMIC = 6;
export const SHT_NOTE = 7;
export const SHT_NOBITS = 8;
export const SHT_REL = 9;
export const SHT_DYNSYM = 11;
export const SHT_INIT_ARRAY = 14;
export const SHT_FINI_ARRAY = 15;
export const SHT_PREINIT_ARRAY = 16;
export const SHT_GROUP = 17;
export const SHT_SYMTAB_SHNDX = 18;
export const SHT_RELR = 19;
/** Which version each dynamic symbol has, and which library supplies which versions; GNU extensions. */
export const SHT_GNU_VERSYM = 0x6fffffff;
export const SHT_GNU_VERNEED = 0x6ffffffe;
/** Compact relocations, a proposal that LLVM can already write; not understood here. */
export const SHT_CREL = 0x40000014;

/** What some assemblers give `.eh_frame` (psABI, table 4.7). */
export const SHT_X86_64_UNWIND = 0x70000001;

export const SHF_WRITE = 0x1;
export const SHF_ALLOC = 0x2;
export const SHF_EXECINSTR = 0x4;
export const SHF_MERGE = 0x10;
export const SHF_STRINGS = 0x20;
export const SHF_TLS = 0x400;
export const SHF_COMPRESSED = 0x800;
/** Not to be linked; a GNU extension. */
export const SHF_EXCLUDE = 0x80000000;

export const GRP_COMDAT = 1;

export const STB_LOCAL = 0;
export const STB_GLOBAL = 1;
export const STB_WEAK = 2;
/** One definition for all of a process; a GNU extension. */
export const STB_GNU_UNIQUE = 10;

export const STT_OBJECT = 1;
export const STT_FUNC = 2;
export const STT_SECTION = 3;
export const STT_TLS = 6;
export const STT_GNU_IFUNC = 10;
