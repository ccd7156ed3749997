module Mice.Tests.EstimateTests

open Expecto
open FsCheck
open FsCheck.FSharp
open Mice

let private upper value error =
    Estimate.create value error Direction.UpperBound

let private lower value error =
    Estimate.create value error Direction.LowerBound

[<Tests>]
let tests =
    testList
        "EstimateTests"
        [
            test "Directions combine as bounds do" {
                let all =
                    [
                        Direction.UpperBound
                        Direction.LowerBound
                        Direction.Exact
                        Direction.NoBound
                    ]

                for d in all do
                    Expect.equal
                        (Direction.combine d Direction.Exact)
                        d
                        "an exact value keeps the direction of the other"

                    Expect.equal (Direction.combine d d) d "a direction combined with itself stays"
                    Expect.equal (Direction.flip (Direction.flip d)) d "flipped twice it is the same"

                    for e in all do
                        Expect.equal (Direction.combine e d) (Direction.combine d e) "the order does not matter"

                Expect.equal
                    (Direction.combine Direction.UpperBound Direction.LowerBound)
                    Direction.NoBound
                    "an upper and a lower bound make no bound"
            }

            test "A difference of two upper bounds is no bound, of an upper and a lower one is an upper bound" {
                Expect.equal
                    ((Estimate.subtract (upper 2.0 0.1) (upper 1.0 0.1)).Direction)
                    Direction.NoBound
                    "direction is no bound"

                Expect.equal
                    ((Estimate.subtract (upper 2.0 0.1) (lower 1.0 0.1)).Direction)
                    Direction.UpperBound
                    "direction is upper bound"

                Expect.equal
                    ((Estimate.scale -2.0 (upper 1.0 0.1)).Direction)
                    Direction.LowerBound
                    "direction is lower bound"
            }

            testProperty "Errors of sums add in quadrature and follow the factor"
            <| fun (a: NormalFloat) (b: NormalFloat) (factor: NormalFloat) ->
                let a, b, factor = a.Get, b.Get, factor.Get
                let left, right = upper a 3.0, upper b 4.0
                let sum = Estimate.add left right
                let scaled = Estimate.scale factor sum

                sum.Value = a + b
                && sum.StandardError = 5.0
                && scaled.Value = factor * (a + b)
                && scaled.StandardError = abs factor * 5.0

            test "Units multiply with the factor" {
                let temperature = 350.0<K>
                let entropy = Estimate.create 0.9<kB / atom> 0.1<kB / atom> Direction.NoBound

                let energy: Estimate<kJ / mol * 1> =
                    entropy |> Estimate.scale (temperature * gasConstant * 1.0<atom>)
                // R·350 K = 2.910061916 kJ/mol.
                Expecting.decimals 8 (float energy.Value) (0.9 * 2.910061916) "kB × K is turned into kJ/mol"
            }

            test "Constants agree with each other" {
                // R = k_B N_A: from eV/K through kJ/mol per eV.
                let r = boltzmann * kJPerMolPerEV
                Expecting.decimals 9 (float r) (float gasConstant) "R is k_B N_A"
                // 1 bar·Å³ = 1e5 Pa · 1e-30 m³ = 1e-25 J over 1.602176634e-19 J/eV.
                Expecting.decimals 15 (float eVPerCubicAngstromPerBar) (1e-25 / 1.602176634e-19) "1 bar·Å³ in eV"
            }

            testTheory
                "Errors are shown in brackets"
                [
                    -4.3812, 0.0213, "-4.38(2)"
                    -4.3812, 0.0123, "-4.381(12)"
                    0.905, 0.007, "0.905(7)"
                    365.2, 2.4, "365(2)"
                    365.2, 24.0, "370(20)"
                    365.2, 1.44, "365.2(14)"
                    1.0, 0.0996, "1.00(10)"
                    -0.3, 30.0, "0(30)"
                    -0.003, 0.04, "0.00(4)"
                    -0.03, 0.04, "-0.03(4)"
                    2.5, 0.0, "2.5"
                    2.5, System.Double.NaN, "2.5"
                    System.Double.NaN, 0.1, "NaN"
                ]
            <| fun (value: float, error: float, expected: string) ->
                Expect.equal
                    (Estimate.format (Estimate.create value error Direction.Exact))
                    expected
                    "the digits in brackets are the error's"

            test "The sign before a number tells its direction" {
                Expect.equal (Estimate.formatWithDirection (upper -4.38 0.02)) "≤ -4.38(2)" "an upper bound"

                Expect.equal (Estimate.formatWithDirection (lower -4.38 0.02)) "≥ -4.38(2)" "a lower bound"
            }

            test "Messages keep their beginning and their end whatever the length of what they quote" {
                for length in [ 0; 300; 450; 1000; 100_000 ] do
                    let quoted = String.replicate length "x"

                    let message =
                        MiceError.BadFile("a.log", None, Some 7L, $"'{quoted}' is no number.") |> MiceError.message

                    Expect.stringStarts message "a.log: line 7: '" "where it is"
                    Expect.stringEnds message "' is no number." "what it is"
                    Expect.isLessThanOrEqual message.Length 480 "a line that one can read"

                    if length <= 300 then
                        Expect.stringContains message quoted "short texts are quoted in full"
            }

            test "Messages are one line whatever they quote" {
                let nasty = "a\r\nb\u2028c\td\u0000e\n"

                let errors =
                    [
                        MiceError.OutOfRange(nasty, nasty, nasty)
                        MiceError.UnknownName(nasty, nasty, [ nasty; nasty ])
                        MiceError.MissingFile nasty
                        MiceError.BadFile(nasty, Some 3, Some 17L, nasty)
                        MiceError.TooFewData(nasty, 1, 2, nasty)
                        MiceError.Mismatch(nasty, nasty, nasty)
                        MiceError.Unavailable(nasty, nasty)
                        MiceError.ToolFailed(nasty, nasty)
                    ]

                for error in errors do
                    let message = MiceError.message error

                    Expecting.none
                        message
                        (fun c -> System.Char.IsControl c || c = '\u2028')
                        "no control character and no line separator is left"

                    Expect.stringContains message "a b" "they became one space"

                Expect.equal
                    (MiceError.message (MiceError.BadFile("x.dump", Some 3, Some 17L, "NaN in a position.")))
                    "x.dump: frame 3, line 17: NaN in a position."
                    "the place comes before what is wrong"
            }

            test "a further error is added in quadrature, whatever its sign" {
                Expect.equal (upper 2.0 3.0 |> Estimate.widen 4.0) (upper 2.0 5.0) "3 and 4 make 5"
                Expect.equal (lower 2.0 3.0 |> Estimate.widen -4.0) (lower 2.0 5.0) "3 and −4 make 5"
            }
        ]
