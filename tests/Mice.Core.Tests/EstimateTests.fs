module Mice.Tests.EstimateTests

open Xunit
open FsCheck
open FsCheck.FSharp
open Mice

let private upper value error =
    Estimate.create value error Direction.UpperBound

let private lower value error =
    Estimate.create value error Direction.LowerBound

[<Fact>]
let ``Directions combine as bounds do`` () =
    let all =
        [
            Direction.UpperBound
            Direction.LowerBound
            Direction.Exact
            Direction.NoBound
        ]

    for d in all do
        Assert.Equal(d, Direction.combine d Direction.Exact)
        Assert.Equal(d, Direction.combine d d)
        Assert.Equal(d, Direction.flip (Direction.flip d))

        for e in all do
            Assert.Equal(Direction.combine d e, Direction.combine e d)

    Assert.Equal(Direction.NoBound, Direction.combine Direction.UpperBound Direction.LowerBound)

[<Fact>]
let ``A difference of two upper bounds is no bound, of an upper and a lower one is an upper bound`` () =
    Assert.Equal(Direction.NoBound, (Estimate.subtract (upper 2.0 0.1) (upper 1.0 0.1)).Direction)
    Assert.Equal(Direction.UpperBound, (Estimate.subtract (upper 2.0 0.1) (lower 1.0 0.1)).Direction)
    Assert.Equal(Direction.LowerBound, (Estimate.scale -2.0 (upper 1.0 0.1)).Direction)

[<Fact>]
let ``Errors of sums add in quadrature and follow the factor`` () =
    let property (a: NormalFloat) (b: NormalFloat) (factor: NormalFloat) =
        let a, b, factor = a.Get, b.Get, factor.Get
        let left, right = upper a 3.0, upper b 4.0
        let sum = Estimate.add left right
        let scaled = Estimate.scale factor sum

        sum.Value = a + b
        && sum.StandardError = 5.0
        && scaled.Value = factor * (a + b)
        && scaled.StandardError = abs factor * 5.0

    Check.One(Config.QuickThrowOnFailure, property)

[<Fact>]
let ``Units multiply with the factor`` () =
    let temperature = 350.0<K>
    let entropy = Estimate.create 0.9<kB / atom> 0.1<kB / atom> Direction.NoBound

    let energy: Estimate<kJ / mol * 1> =
        entropy |> Estimate.scale (temperature * gasConstant * 1.0<atom>)
    // R·350 K = 2.910061916 kJ/mol.
    Assert.Equal(0.9 * 2.910061916, float energy.Value, 8)

[<Fact>]
let ``Constants agree with each other`` () =
    // R = k_B N_A: from eV/K through kJ/mol per eV.
    let r = boltzmann * kJPerMolPerEV
    Assert.Equal(float gasConstant, float r, 9)
    // 1 bar·Å³ = 1e5 Pa · 1e-30 m³ = 1e-25 J over 1.602176634e-19 J/eV.
    Assert.Equal(1e-25 / 1.602176634e-19, float eVPerCubicAngstromPerBar, 15)

[<Theory>]
[<InlineData(-4.3812, 0.0213, "-4.38(2)")>]
[<InlineData(-4.3812, 0.0123, "-4.381(12)")>]
[<InlineData(0.905, 0.007, "0.905(7)")>]
[<InlineData(365.2, 2.4, "365(2)")>]
[<InlineData(365.2, 24.0, "370(20)")>]
[<InlineData(365.2, 1.44, "365.2(14)")>]
[<InlineData(1.0, 0.0996, "1.00(10)")>]
[<InlineData(-0.3, 30.0, "0(30)")>]
[<InlineData(-0.003, 0.04, "0.00(4)")>]
[<InlineData(-0.03, 0.04, "-0.03(4)")>]
[<InlineData(2.5, 0.0, "2.5")>]
[<InlineData(2.5, System.Double.NaN, "2.5")>]
[<InlineData(System.Double.NaN, 0.1, "NaN")>]
let ``Errors are shown in brackets`` (value: float) (error: float) (expected: string) =
    Assert.Equal(expected, Estimate.format (Estimate.create value error Direction.Exact))

[<Fact>]
let ``The sign before a number tells its direction`` () =
    Assert.Equal("≤ -4.38(2)", Estimate.formatWithDirection (upper -4.38 0.02))
    Assert.Equal("≥ -4.38(2)", Estimate.formatWithDirection (lower -4.38 0.02))

[<Fact>]
let ``Messages are one line whatever they quote`` () =
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
        Assert.DoesNotContain(message, (fun c -> System.Char.IsControl c || c = '\u2028'))
        Assert.Contains("a b", message)

    Assert.Equal(
        "x.dump: frame 3, line 17: NaN in a position.",
        MiceError.message (MiceError.BadFile("x.dump", Some 3, Some 17L, "NaN in a position."))
    )

[<Fact>]
let ``a further error is added in quadrature, whatever its sign`` () =
    Assert.Equal(upper 2.0 5.0, upper 2.0 3.0 |> Estimate.widen 4.0)
    Assert.Equal(lower 2.0 5.0, lower 2.0 3.0 |> Estimate.widen -4.0)
