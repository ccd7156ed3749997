namespace Mice.Atoms

open System.Globalization
open System.IO

/// Writes text dumps of LAMMPS.
[<RequireQualifiedAccess>]
module internal DumpWriter =
    /// <summary>Writes one frame: id type (element) x y z, bounds as LAMMPS writes them.</summary>
    /// <param name="writer">Where to; ASCII.</param>
    /// <param name="format">A .NET format for numbers: "R" gives back the same floats, "F5" is what LAMMPS users expect.</param>
    /// <param name="snapshot">The frame; its cell has to have a along x and b in the xy plane.</param>
    let write (writer: TextWriter) (format: string) (snapshot: Snapshot) : unit =
        let number (x: float) =
            x.ToString(format, CultureInfo.InvariantCulture)

        let v, o = snapshot.Cell.Vectors, snapshot.Cell.Origin

        let flags =
            snapshot.Cell.Periodic |> Array.map (fun p -> if p then "pp" else "ff") |> String.concat " "

        let bounds axis low high tilt =
            writer.Write $"{number (o[axis] + low)} {number (o[axis] + high)}{tilt}\n"

        writer.Write $"ITEM: TIMESTEP\n{snapshot.Step}\nITEM: NUMBER OF ATOMS\n{Snapshot.count snapshot}\n"

        if Cell.isOrthorhombic snapshot.Cell then
            writer.Write $"{LammpsBox.item} {flags}\n"
            [ 0..2 ] |> List.iter (fun i -> bounds i 0.0 v[4 * i] "")
        else
            let xy, xz, yz = v[3], v[6], v[7]
            writer.Write $"{LammpsBox.item} xy xz yz {flags}\n"
            bounds 0 (List.min [ 0.0; xy; xz; xy + xz ]) (v[0] + List.max [ 0.0; xy; xz; xy + xz ]) $" {number xy}"
            bounds 1 (min 0.0 yz) (v[4] + max 0.0 yz) $" {number xz}"
            bounds 2 0.0 v[8] $" {number yz}"

        writer.Write $"ITEM: ATOMS id type element x y z\n"
        let p = snapshot.Positions

        for a in 0 .. Snapshot.count snapshot - 1 do
            let s = snapshot.Species[a]
            writer.Write $"{a + 1} {s + 1} {snapshot.SpeciesNames[s]} "
            writer.Write $"{number p[3 * a]} {number p[3 * a + 1]} {number p[3 * a + 2]}\n"
