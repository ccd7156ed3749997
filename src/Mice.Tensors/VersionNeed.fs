namespace Mice.Tensors

open System
open System.Text

/// <summary>Version needs of a shared library in the ELF format, 64 bits, little-endian.</summary>
/// <remarks>A library lists, for each library that it uses, the symbol versions that must be there (section of type
/// SHT_GNU_verneed). The dynamic linker refuses to load when one is missing, unless the need carries the flag
/// VER_FLG_WEAK. Source: Linux Standard Base Core Specification 5.0, "Symbol Versioning".</remarks>
module internal VersionNeed =

    [<Literal>]
    let private VersionNeedSection = 0x6ffffffeu // SHT_GNU_verneed

    [<Literal>]
    let private Weak = 2us // VER_FLG_WEAK

    let private u16 (file: byte[]) at = BitConverter.ToUInt16(file, int at)
    let private u32 (file: byte[]) at = BitConverter.ToUInt32(file, int at)
    let private u64 (file: byte[]) at = BitConverter.ToUInt64(file, int at)

    let private isElf64 (file: byte[]) =
        file.Length > 64 && file.AsSpan(0, 4).SequenceEqual("\127ELF"B) && file[4] = 2uy && file[5] = 1uy

    let private text (file: byte[]) (at: uint64) =
        let start = int at
        Encoding.ASCII.GetString(file, start, Array.IndexOf(file, 0uy, start) - start)

    /// The address of section header number i: e_shoff + i · e_shentsize.
    let private header (file: byte[]) (i: uint32) =
        u64 file 0x28UL + uint64 i * uint64 (u16 file 0x3aUL)

    /// Every version that the library needs: its name, and where in the file its flags stand (2 bytes, vna_flags).
    let all (file: byte[]) : (string * int) list =
        if not (isElf64 file) then
            []
        else
            [
                for i in 0u .. uint32 (u16 file 0x3cUL) - 1u do
                    let section = header file i

                    if u32 file (section + 4UL) = VersionNeedSection then
                        let strings = u64 file (header file (u32 file (section + 0x28UL)) + 0x18UL)
                        let mutable need = u64 file (section + 0x18UL)

                        for _ in 1u .. u32 file (section + 0x2cUL) do
                            let mutable version = need + uint64 (u32 file (need + 8UL))

                            for _ in 1us .. u16 file (need + 2UL) do
                                text file (strings + uint64 (u32 file (version + 8UL))), int version + 4
                                version <- version + uint64 (u32 file (version + 12UL))

                            need <- need + uint64 (u32 file (need + 12UL))
            ]

    /// A copy of a library whose need of some versions is weak: nothing but that flag differs.
    let weaken (isMissing: string -> bool) (file: byte[]) : byte[] =
        let copy = Array.copy file

        for name, at in all file do
            if isMissing name then
                let flags = u16 copy (uint64 at) ||| Weak
                BitConverter.TryWriteBytes(copy.AsSpan(at, 2), flags) |> ignore

        copy
