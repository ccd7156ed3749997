namespace Mice.Atoms

open System
open System.Globalization

/// The section BOX BOUNDS of a dump of LAMMPS.
[<RequireQualifiedAccess>]
module internal LammpsBox =
    /// How its first line begins.
    let item = "ITEM: BOX BOUNDS"

    /// The three numbers per line of the section BOX BOUNDS; two when the box is orthogonal, four in general form.
    let private boundLines (lines: TextLines) (width: int) : float[][] =
        let read axis =
            Frames.require lines "a line of box bounds"
            let mutable fields = Fields lines.Line
            let row = Array.zeroCreate width

            for i in 0 .. width - 1 do
                row[i] <- Frames.finite lines "a box bound" (Fields.next &fields)

            if Fields.skipBlanks &fields then
                Frames.fault lines $"box bounds have {width} numbers a line here"

            if width < 4 && not (row[1] > row[0]) then
                let low = row[0].ToString CultureInfo.InvariantCulture
                let high = row[1].ToString CultureInfo.InvariantCulture
                Frames.fault lines $"""the box reaches from {low} to {high} along {"xyz"[axis]}"""

            row

        [| read 0; read 1; read 2 |]

    /// Lattice vectors and origin from bounds with tilt factors: LAMMPS writes the bounding box of the tilted one.
    let private triclinic (b: float[][]) : float[] * float[] =
        let xy, xz, yz = b[0][2], b[1][2], b[2][2]
        let xlo = b[0][0] - List.min [ 0.0; xy; xz; xy + xz ]
        let xhi = b[0][1] - List.max [ 0.0; xy; xz; xy + xz ]
        let ylo, yhi = b[1][0] - min 0.0 yz, b[1][1] - max 0.0 yz
        let zlo, zhi = b[2][0], b[2][1]
        [| xhi - xlo; 0.0; 0.0; xy; yhi - ylo; 0.0; xz; yz; zhi - zlo |], [| xlo; ylo; zlo |]

    /// <summary>The box of a frame.</summary>
    /// <param name="lines">At the line "ITEM: BOX BOUNDS …"; three more lines are read.</param>
    let read (lines: TextLines) : Cell =
        let header = Fields.words (lines.Line.Slice item.Length)

        let isFlag (w: string) =
            w.Length = 2 && w |> Seq.forall (fun c -> "pfsm".Contains c)

        let flags, form = header |> Array.partition isFlag

        if flags.Length <> 0 && flags.Length <> 3 then
            Frames.fault lines "the box needs three boundary flags"

        let periodic =
            if flags.Length = 0 then
                [| true; true; true |]
            else
                flags |> Array.map (fun f -> f[0] = 'p')

        let number = lines.Number

        let vectors, origin =
            match form with
            | [||] ->
                let b = boundLines lines 2
                let edge i = b[i][1] - b[i][0]
                [| edge 0; 0.0; 0.0; 0.0; edge 1; 0.0; 0.0; 0.0; edge 2 |], Array.map Array.head b
            | [| "xy"; "xz"; "yz" |] -> triclinic (boundLines lines 3)
            | [| "abc"; "origin" |] ->
                let b = boundLines lines 4
                Array.collect (fun row -> Array.truncate 3 row) b, Array.map Array.last b
            | _ -> Frames.fault lines "this form of box bounds is unknown to Mice"

        match Cell.create vectors origin periodic with
        | Ok cell -> cell
        | Error text -> raise (FileFault(number, false, text))
