namespace Mice.Alloys

open System.IO
open Mice
open Mice.Samplers

/// What is recorded of a chain while it goes on. Mutable; for one loop on one thread.
[<Sealed; AllowNullLiteral(false)>]
type internal ChainRecord(options: ChainOptions) =
    let steps = options.Snapshots * options.Every
    let series, ones = Array.zeroCreate<float> steps, Array.zeroCreate<int> steps
    let kept = Array.zeroCreate<byte[]> options.Snapshots
    let mutable accepted = 0L
    let mutable recorded = 0

    /// After sweep n, from 0; sweeps before are of the equilibration.
    member _.Add(n: int, turned: int, energy: float, count: int, states: unit -> byte[]) : unit =
        if n >= 0 then
            accepted <- accepted + int64 turned
            series[n] <- energy
            ones[n] <- count
            recorded <- n + 1

            if (n + 1) % options.Every = 0 then
                kept[n / options.Every] <- states ()

    /// [snapshots][N].
    member _.Kept: byte[][] = kept
    /// E of each sweep, eV.
    member _.Series: float[] = series
    /// n₁ of each sweep.
    member _.Ones: int[] = ones
    /// Proposals that were accepted.
    member _.Accepted: int64 = accepted

    /// Writes what was recorded.
    member _.Write(writer: BinaryWriter) : unit =
        writer.Write accepted
        writer.Write recorded
        SweepBlocks.write writer series[.. recorded - 1]
        SweepBlocks.write writer ones[.. recorded - 1]
        kept[.. recorded / options.Every - 1] |> Array.iter (SweepBlocks.write writer)

    /// Reads what was written of a chain of so many sites.
    member _.Read(reader: BinaryReader, sites: int) : unit =
        accepted <- reader.ReadInt64()
        recorded <- reader.ReadInt32()
        Array.blit (SweepBlocks.read<float> reader recorded) 0 series 0 recorded
        Array.blit (SweepBlocks.read<int> reader recorded) 0 ones 0 recorded

        for i in 0 .. recorded / options.Every - 1 do
            kept[i] <- SweepBlocks.read<byte> reader sites
