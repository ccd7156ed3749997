module Mice.Atoms.Tests.EncodingTests

open Expecto
open System.IO
open System.IO.Compression
open System.Text
open Mice
open Mice.Atoms
open Mice.Atoms.Tests.Reference

let private dump =
    "ITEM: TIMESTEP\n7\nITEM: NUMBER OF ATOMS\n2\nITEM: BOX BOUNDS pp pp pp\n0 9\n0 9\n0 9\nITEM: ATOMS id type x y z\n1 1 1 2 3\n2 1 4 5 6\n"

let private xyz = "2\nLattice=\"9 0 0 0 9 0 0 0 9\" step=7\nNa 1 2 3\nNa 4 5 6\n"

let private table = "step,U_eV\n7,-1.5\n8,-2.5\n"

/// Encodings with and without a byte-order mark.
let private encodings =
    [
        for mark in [ true; false ] do
            let name = if mark then "with mark" else "without mark"
            $"UTF-8 {name}", (UTF8Encoding mark :> Encoding)
            $"UTF-16 little {name}", UnicodeEncoding(false, mark)
            $"UTF-16 big {name}", UnicodeEncoding(true, mark)
            $"UTF-32 little {name}", UTF32Encoding(false, mark)
            $"UTF-32 big {name}", UTF32Encoding(true, mark)
    ]

let private encode (encoding: Encoding) (text: string) =
    Array.append (encoding.GetPreamble()) (encoding.GetBytes text)

let private compress (content: byte[]) =
    use packed = new MemoryStream()

    using (new GZipStream(packed, CompressionLevel.Fastest, true)) (fun z -> z.Write(content, 0, content.Length))
    packed.ToArray()

[<Tests>]
let tests =
    testList
        "EncodingTests"
        [
            test "Dumps, extended XYZ and tables are read in every encoding, plain and compressed" {
                for name, encoding in encodings do
                    for pack in [ id; compress ] do
                        for text in [ dump; xyz; dump.Replace("\n", "\r\n") ] do
                            let t = withFile (pack (encode encoding text)) Trajectory.read |> ok
                            let s = Expecting.single t.Snapshots name
                            Expect.equal s.Step 7L name
                            Expect.equal s.Positions [| 1.0; 2.0; 3.0; 4.0; 5.0; 6.0 |] name
                            Expect.isEmpty t.Warnings name

                        let t = withFile (pack (encode encoding table)) ThermoTable.read |> ok
                        Expect.equal t.Columns [| "step"; "U_eV" |] name
                        Expect.equal t.Rows [| [| 7.0; -1.5 |]; [| 8.0; -2.5 |] |] name
            }

            test "Long files in UTF-16 are read as they are in ASCII" {
                // More than the reader's buffer, so that characters lie on both sides of its end.
                let rows = [ for i in 1..40_000 -> $"{i},{float i / 7.0}\n" ] |> String.concat ""
                let content = "step,U_eV\n" + rows
                let ascii = withFile (Encoding.ASCII.GetBytes content) ThermoTable.read |> ok
                let wide = withFile (encode Encoding.Unicode content) ThermoTable.read |> ok
                Expect.equal wide.Rows ascii.Rows "rows"
            }

            test "A file of a mark and nothing else is empty" {
                for name, encoding in encodings do
                    match withFile (encoding.GetPreamble()) Trajectory.read with
                    | Error [ MiceError.BadFile(_, None, None, text) ] -> Expect.stringContains text "empty" name
                    | other -> failtest $"{name}: %A{other}"
            }
        ]
