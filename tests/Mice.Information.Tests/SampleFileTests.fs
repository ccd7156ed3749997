module Mice.Information.Tests.SampleFileTests

open Expecto
open System
open System.Diagnostics
open System.IO
open System.Text
open System.Threading.Tasks
open Mice
open Mice.Information
open Mice.Information.Tests.Reference
open Mice.Information.Tests.SampleFiles

let private rows2 =
    Ok(struct (2, 2), [ 1.0; 2.5; -3.0; 4.0 ]): Result<_, string list>

[<Tests>]
let tests =
    testList
        "SampleFileTests"
        [
            testList
                "Separators, headers, quotes, comments and blank lines are understood"
                [
                    for about, text in
                        [
                            "commas", "1,2.5\n-3,4\n"
                            "semicolons", "1;2.5\n-3;4"
                            "tabs", "1\t2.5\r\n-3\t4\r\n"
                            "blanks", "1 2.5\n-3 4\n"
                            "a header", "a,b\n1,2.5\n-3,4\n"
                            "quotes", "\"a, first\";\"b\"\n\"1\"; 2.5\n-3;4\n"
                            "a byte order mark", "\uFEFFx\ty\n1\t2.5\n-3\t4\n"
                            "comments and blank lines", "# from a run\n\n1.0e0 , 2.5\n-3 , +4.0\n\n# the end\n\n"
                            "comments around a header", "# from a run\n\n x , y\n  # in nm\n\n1,2.5\n-3,4"
                            "a blank line below a header", "x,y\n\n1,2.5\n-3,4\n"
                            "columns aligned by blanks", "   1     2.5 \n  -3  +4.000\n"
                            "a header above them", " x    y \n 1    2.5\n-3    4\n"
                            "quoted names above them", "\"x, nm\" \"y, nm\"\n1 2.5\n-3 4\n"
                            "blanks around tabs", " 1 \t2.5\n-3\t 4 \n"
                            "carriage returns", "x,y\r1,2.5\r-3,4\r"
                            "two carriage returns and a line feed", "x,y\r\r\n1,2.5\r\r\n-3,4\r\r\n"
                            "sodium and chlorine", "Na,Cl\n1,2.5\n-3,4\n"
                        ] ->
                        test about {
                            Expect.equal (ofText SampleFile.read text) rows2 "as numbers"
                            Expect.equal (ofText SampleFile.readSymbols text) rows2 "as symbols, which numbers stay"
                        }
                ]

            testList
                "A fault of a table is one line with its place"
                [
                    for about, text, message in
                        [
                            "a letter", "1,2\n3,x\n", "line 2: column 2 is “x”, not a number"
                            "an empty field", "a,b\n1,2\n3,\n", "line 3: column 2 is empty."
                            "nan", "1,2\n3,nan\n", "line 2: column 2 is nan, not a finite number."
                            "too large a number", "1\n1e999\n", "line 2: column 1 is 1e999, not a finite number."
                            "inf in the first line", "inf,inf\n1,2\n", "line 1: column 1 is “inf”, not a number"
                            "NA in the first line", "NA\n1\n", "line 1: column 1 is “NA”, not a number"
                            "two points", "1.5.2\n1\n", "line 1: column 1 is “1.5.2”, not a number"
                            "decimal commas", "x;y\n1,5;2,5\n", "line 2: column 1 is “1,5”, not a number"
                            "a short row", "1,2\n3\n", "line 2: this row has 1 field where the first has 2."
                            "two headers", "a\nb\n1\n", "line 2: column 1 is “b”, not a number"
                            "a header alone", "a,b\n", "there is no row of numbers in it."
                            "blank lines alone", "\n\n", "there is no row of numbers in it."
                            "nothing", "", "the file is empty."
                            "a zero byte", "1\0002\n", "line 1: this line has a zero byte in it"
                        ] ->
                        test about {
                            match ofText SampleFile.read text with
                            | Error [ found ] -> Expect.stringStarts found message "the line"
                            | other -> failtest $"{other}"
                        }
                ]

            test "Labels are numbered in the order of their first appearance, column by column" {
                let read = ofText SampleFile.readSymbols

                Expect.equal (read "B\nA\nB\nC\n") (Ok(struct (4, 1), [ 0.0; 1.0; 0.0; 2.0 ])) "one column of labels"

                Expect.equal (read "state\nA\nB\nA\n") (Ok(struct (3, 1), [ 0.0; 1.0; 0.0 ])) "labels below a header"

                Expect.equal
                    (read "n,state\n7,up\n8,down\n7,down\n")
                    (Ok(struct (3, 2), [ 7.0; 0.0; 8.0; 1.0; 7.0; 1.0 ]))
                    "numbers and labels"

                Expect.equal (read "state\n1\n0\n") (Ok(struct (2, 1), [ 1.0; 0.0 ])) "numbers below a header"

                match faultsOf SampleFile.readSymbols "A\n\nB,\n" with
                | [ blank; wide ] ->
                    Expect.stringStarts blank "line 2: this line between two rows is empty." "the empty line"

                    Expect.equal wide "line 3: this row has 2 fields where the first has 1." "a field too many"
                | other -> failtest $"{other}"

                for found in faultsOf SampleFile.read "state\nA\nB\n" do
                    Expect.stringContains found "declared discrete" "it says how to read labels"
            }

            test "A pipe is read" {
                if not (OperatingSystem.IsLinux()) then
                    skiptest "mkfifo is a program of Linux"

                let path = Path.Combine(Path.GetTempPath(), $"mice-{Guid.NewGuid():N}")

                try
                    use made = Process.Start("mkfifo", path)
                    made.WaitForExit()
                    let write = Task.Run(fun () -> File.WriteAllText(path, "x,y\n1,2.5\n-3,4\n"))

                    match SampleFile.read path with
                    | Ok sample -> Expect.equal (List.ofArray sample.Values) [ 1.0; 2.5; -3.0; 4.0 ] "the numbers"
                    | other -> failtest $"{other}"

                    write.Wait()
                finally
                    File.Delete path
            }

            test "A missing file and a directory are told" {
                Expect.equal
                    (messages (SampleFile.read "nowhere.csv"))
                    [ "nowhere.csv: no such file." ]
                    "a missing file"

                Expect.equal
                    (messages (SampleFile.read (Path.GetTempPath())))
                    [ Path.GetTempPath() + ": this is a directory, not a file." ]
                    "a directory"
            }

            test "Two thousand damaged files give finite samples or short lines, never an exception" {
                let random = Random 5
                let generator = Key.ofSeed 3UL |> Key.generator
                let numbers = Array.init 120 (fun _ -> generator.NextNormal())

                let table (separator: string) =
                    numbers
                    |> Array.chunkBySize 3
                    |> Array.map (fun row -> row |> Array.map string |> String.concat separator)
                    |> String.concat "\n"
                    |> (+) ("a" + separator + "b" + separator + "\"c\"\n")
                    |> Encoding.UTF8.GetBytes

                let originals =
                    [|
                        table ","
                        table ";"
                        table "\t"
                        Encoding.UTF8.GetBytes(String.replicate 30 "up,1\ndown,2\n")
                        npy "'<f8'" false "(40, 3)" (numbers |> Array.collect BitConverter.GetBytes)
                        npy "'>i2'" true "(60, 2)" (Array.init 240 byte)
                    |]

                let refused (i: int) =
                    let read =
                        if i % 2 = 0 then
                            SampleFile.read
                        else
                            SampleFile.readSymbols

                    withFile (Damage.mutate random originals[i / 2 % originals.Length]) (fun path ->
                        match read path with
                        | Ok s ->
                            Expect.equal s.Values.Length (s.Rows * s.Columns) "the shape fits the numbers"

                            Expect.isTrue
                                (s.Rows > 0 && Array.forall Double.IsFinite s.Values)
                                "there are rows, and all numbers are finite"

                            0
                        | Error faults ->
                            Expecting.inRange faults.Length 1 11 "there are faults, not too many"

                            for message in List.map MiceError.message faults do
                                Expecting.stringLacks message "\n" "the message is one line"
                                Expect.isTrue (message.Length < 400) message

                            1)

                // Most damage of these short files shows; labels take much of it for labels.
                Expecting.inRange (Seq.init 2000 refused |> Seq.sum) 900 1900 "the number of refused files"
            }
        ]
