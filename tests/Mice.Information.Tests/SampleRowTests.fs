module Mice.Information.Tests.SampleRowTests

open Expecto
open System
open System.Text
open Mice
open Mice.Information
open Mice.Information.Tests.SampleFiles

/// The only fault of some text, as numbers and as symbols, begins so.
let private refuses (text: string) (start: string) =
    for read in [ SampleFile.read; SampleFile.readSymbols ] do
        match faultsOf read text with
        | [ found ] -> Expect.stringStarts found start "the line"
        | other -> failtest $"{other}"

let private blank =
    "this line between two rows is empty. If a value is missing here,"

/// Text in an encoding, with its byte-order mark.
let private marked (encoding: Encoding) (text: string) =
    Array.append (encoding.GetPreamble()) (encoding.GetBytes text)

[<Tests>]
let tests =
    testList
        "SampleRowTests"
        [
            test "Missing values that were written as empty lines are told, with their lines (pandas 12443)" {
                for name, line in [ "x.csv", 101; "y.csv", 901 ] do
                    let path = caseFile "11-blank-line-is-a-missing-value" name

                    match SampleFile.read path with
                    | Error [ MiceError.BadFile(file, None, Some found, fault) ] ->
                        Expect.equal (file, found) (path, int64 line) "file and line"
                        Expect.stringStarts fault blank "what is wrong"
                    | other -> failtest $"{other}"

                for name in [ "x_complete.csv"; "y_complete.csv" ] do
                    match SampleFile.read (caseFile "11-blank-line-is-a-missing-value" name) with
                    | Ok sample -> Expect.equal (sample.Rows, sample.Columns) (1000, 1) "the complete file"
                    | other -> failtest $"{other}"
            }

            testTheory
                "A line without a row between two rows is a fault"
                [
                    "1\n\n2\n", 2, "between two rows is empty"
                    "1\r\n\r\n2\r\n", 2, "between two rows is empty"
                    "1\r\r2\r", 2, "between two rows is empty"
                    "1\n2\r\r\n3\n", 3, "between two rows is empty"
                    "x\n1\n  \t\n2\n", 3, "between two rows is empty"
                    "1,2\n3,4\n\n5,6\n", 3, "between two rows is empty"
                    "1 2\n 3 4\n   \n5 6\n", 3, "between two rows is empty"
                    "1,2\n#3,4\n5,6\n", 2, "between two rows begins with #"
                    "1\n2\n# more\n3\n", 3, "between two rows begins with #"
                    "1\n2\n   # more\n3\n", 3, "between two rows begins with #"
                ]
            <| fun (text: string, line: int, fault: string) -> refuses text $"line {line}: this line {fault}."

            test "All such lines are told, up to ten" {
                let lines (text: string) =
                    faultsOf SampleFile.read text |> List.map (fun fault -> (fault.Split ':')[0])

                Expect.equal
                    (lines "1\n\n2\n#3\nNA\n4,5\n6\n\n\n7\n\n")
                    [ "line 2"; "line 4"; "line 5"; "line 6"; "line 8"; "line 9" ]
                    "six lines"

                let many = faultsOf SampleFile.read (String.replicate 500 "1\n\n" + "1\n")
                Expect.hasLength many 11 "ten lines, and that there are more"
                Expect.equal (List.last many) "there are more places that are not read." "the last"
            }

            test "An empty line above the first number may be a missing value, where a row has no separators" {
                let above = "this line above the first row is empty."
                refuses "\n1\n2\n" $"line 1: {above}"
                refuses "x\n\n1\n2\n" $"line 2: {above}"
                refuses "x y\n\n1 2\n3 4\n" $"line 2: {above}"
                Expect.isOk (ofText SampleFile.read "# x\n\n1\n2\n") "below a comment it is layout"
                Expect.isOk (ofText SampleFile.read "\nx\n1\n2\n") "above the header it is layout"

                Expect.equal
                    (faultsOf SampleFile.read "1\t2\n\t\n3\t4\n")
                    [ "line 2: column 1 is empty." ]
                    "tabs are a row without values"
            }

            testTheory
                "What stands for a missing value is no header"
                [
                    "Inf"
                    "-inf"
                    "NaN"
                    "nan"
                    "-nan(ind)"
                    "NULL"
                    "n/a"
                    "N/A"
                    "NA"
                    "#N/A"
                    "#DIV/0!"
                    "None"
                    "-"
                    "--"
                    "?"
                    "."
                    "*"
                    "1,5"
                    "3 nm"
                    "5%"
                    "−1"
                    "0x1F"
                    "TRUE"
                    "\"\""
                ]
            <| fun (text: string) ->
                for rest in [ "1\n2\n3\n"; "1.5\n\n" ] do
                    let found =
                        faultsOf SampleFile.read (text + ";" + text + "\n" + rest.Replace("\n", ";0\n")) |> List.head

                    Expect.stringStarts found "line 1: column 1 is" "in two columns"

                if text <> "1,5" then
                    let found = faultsOf SampleFile.read (text + "\n1\n2\n") |> List.head
                    Expect.stringStarts found "line 1: column 1 is" "in one column"

            test "A first row that is neither numbers nor names is told by the field that is neither" {
                match faultsOf SampleFile.read "x,NA\n1,2\n" with
                | [ found ] ->
                    Expect.equal
                        found
                        "line 1: column 2 is “NA”, not a number, and not the name of a column."
                        "the line"
                | other -> failtest $"{other}"

                Expect.stringStarts (faultsOf SampleFile.read ",x\n0,1\n").Head "line 1: column 1 is empty" "an index"

                Expect.stringStarts
                    (faultsOf SampleFile.read "x,1\n1,2\n").Head
                    "line 1: column 1 is “x”"
                    "a name among numbers"
            }

            testTheory
                "Whatever else could shift rows is told with its line"
                [
                    "a title above", "my data\n1,2\n3,4\n", "line 1: this line has 1 field where the row below has 2."
                    "names for too many columns",
                    "x,y\n1\n2\n",
                    "line 1: this line has 2 fields where the row below has 1."
                    "a separator at the end", "1,2\n3,4,\n", "line 2: this row has 3 fields where the first has 2."
                    "separators at all ends", "1,2,\n", "line 1: column 3 is empty."
                    "a header in the middle", "x,y\n1,2\nx,y\n3,4\n", "line 3: column 1 is “x”, not a number"
                    "a line break in quotes", "1,2\n\"3\n\",4\n", "line 2: a field in quotes does not end in this line"
                    "text behind quotes", "1,2\n\"3\"0,4\n", "line 2: a field goes on behind its closing quote."
                    "another separator", "1,2\n3;4\n", "line 2: this row has 1 field where the first has 2."
                    "zero bytes at the end", "1\n2\n\000\000", "line 3: this line has a zero byte in it"
                    "a byte-order mark in the middle", "1\n\uFEFF2\n", "line 2: this line has a byte-order mark in it"
                    "decimal commas",
                    "0,5\n1,25\n-0,05\n2,0\n",
                    "line 3: -0,05 looks like one number with a decimal comma"
                    "too many digits",
                    "1\n9007199254740993\n",
                    "line 2: column 1 is “9007199254740993”, a whole number of more digits"
                ]
            <| fun (_: string, text: string, message: string) ->
                Expect.stringStarts (faultsOf SampleFile.read text).Head message "the line"

            test "Commas of whole numbers separate them" {
                Expect.equal
                    (ofText SampleFile.read "1,5\n0,25\n-3,10\n")
                    (Ok(struct (3, 2), [ 1.0; 5.0; 0.0; 25.0; -3.0; 10.0 ]))
                    "two columns of whole numbers"

                Expect.isOk (ofText SampleFile.read "001,005\n010,002\n") "numbers of one length"
            }

            test "Text is read in its encoding, with a byte-order mark and without" {
                for encoding in
                    [
                        Encoding.UTF8
                        Encoding.Unicode
                        Encoding.BigEndianUnicode
                        Encoding.UTF32
                        UTF32Encoding(true, true)
                    ] do
                    Expect.equal
                        (reading SampleFile.readSymbols (marked encoding "größe,x\nja,1\nnein,2\nja,3\n"))
                        (Ok(struct (3, 2), [ 0.0; 1.0; 1.0; 2.0; 0.0; 3.0 ]))
                        encoding.EncodingName

                for encoding in
                    [
                        Encoding.Unicode
                        Encoding.BigEndianUnicode
                        Encoding.UTF32
                        UTF32Encoding(true, true)
                    ] do
                    Expect.equal
                        (reading SampleFile.read (encoding.GetBytes "1,2\n3,4\n"))
                        (Ok(struct (2, 2), [ 1.0; 2.0; 3.0; 4.0 ]))
                        "without a mark"

                let latin = Encoding.Latin1.GetBytes "T (°C)\n1\n2\n"
                Expect.equal (reading SampleFile.read latin) (Ok(struct (2, 1), [ 1.0; 2.0 ])) "a name in Latin-1"

                match reading SampleFile.readSymbols (Encoding.Latin1.GetBytes "ja\nnein\ngrö\nja\n") with
                | Error [ found ] ->
                    Expect.stringStarts found "line 3: column 1 has the character U+FFFD in it" "a label"
                | other -> failtest $"{other}"
            }

            test "Labels: what stands for no value, or cannot be told from another, is a fault" {
                let refuses text message =
                    Expect.stringStarts (faultsOf SampleFile.readSymbols text).Head message "the line"

                for text in [ "NA"; "N/A"; "null"; "NaN"; "#N/A" ] do
                    refuses $"A\nB\n{text}\nA\n" $"line 3: column 1 is “{text}”, which stands for a missing value."

                refuses "A\nB\nB\u200B\nA\n" "line 3: column 1 has the character U+200B in it"
                refuses "A;1\nB;2\n;3\n" "line 3: column 1 is empty."
                refuses "n,s\n7,up\nn,s\n8,up\n" "line 3: “n” stands here again, as above the numbers"

                refuses
                    "n,up\n7,up\n8,down\n"
                    "line 1: “n” stands above numbers, but not all fields of this row are names"

                Expect.equal
                    (ofText SampleFile.readSymbols "Na\nCl\n+\n-\n?\nNone\nNa\n")
                    (Ok(struct (7, 1), [ 0.0; 1.0; 2.0; 3.0; 4.0; 5.0; 0.0 ]))
                    "these are labels"

                Expect.equal
                    (ofText SampleFile.readSymbols "9007199254740992\n9007199254740993\n9007199254740992\n")
                    (Ok(struct (3, 1), [ 0.0; 1.0; 0.0 ]))
                    "numbers of too many digits are labels"
            }
        ]
