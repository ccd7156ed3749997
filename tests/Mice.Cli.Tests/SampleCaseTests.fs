module Mice.Cli.Tests.SampleCaseTests

open Expecto
open System.IO
open System.Text.Json
open Mice.Cli.Tests.BadInputTests
open Mice.Cli.Tests.Process

/// A file of one of the cases, which are not part of the repository.
let private caseFile (case: string) (name: string) : string =
    Repository.needsReference [ "cases"; case; name ]

/// Both cases hold 1,000 draws of a Gaussian pair with this mutual information, ½ ln 101, nats.
let private truth = 0.5 * log 101.0

let private has (x: string) (y: string) =
    inFolder (fun folder ->
        let json = Path.Combine(folder, "result.json")

        let outcome =
            mice [ "mi"; "--x"; x; "--y"; y; "--bound"; "ksg"; "--quiet"; "--json"; json ]

        Expect.equal outcome.Code 0 "exit code"
        use document = JsonDocument.Parse(File.ReadAllText json)

        let number (name: string) =
            document.RootElement.GetProperty(name).GetDouble()

        let deviation = number "mutual_information_nats" - truth
        // Three errors: the files are fixed, and so is the seed.
        Expecting.inRange (deviation / number "standard_error") -3.0 3.0 "deviation in errors")

[<Tests>]
let tests =
    testList
        "SampleCaseTests"
        [
            test "Empty lines for missing values are refused, and complete files are read (pandas 12443)" {
                let case = "11-blank-line-is-a-missing-value"
                let file = caseFile case

                mice [ "mi"; "--x"; file "x.csv"; "--y"; file "y.csv"; "--bound"; "ksg" ]
                |> refused [ "x.csv: line 101: "; "y.csv: line 901: " ]

                has (file "x_complete.csv") (file "y_complete.csv")
            }

            test "Arrays of Python 2 are read (NPZ.jl 11)" {
                let case = "14-npy-shape-with-L"
                let file = caseFile case
                has (file "x.npy") (file "y.npy")
                has (file "x_ok.npy") (file "y_ok.npy")
            }
        ]
