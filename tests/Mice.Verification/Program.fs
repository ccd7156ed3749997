/// Long checks against known answers: `build.fsx verify`.
module Mice.Verification.Program

open System
open Mice.Testing.Measuring

let private verifications: Measurement list =
    [
        ScanExactVerification.exact
        ScanExactVerification.dense
        MeltingVerification.sodium
        AluminiumVerification.measurement
        SodiumStudy.measurement
        SodiumStudy.long
        yield! DenoisingVerification.measurements
        ReaderVerification.measurement
        MutualInformationVerification.benchmark
        MutualInformationVerification.further
        MutualInformationVerification.independent
        LatticeVerification.ferromagnet
        LatticeVerification.handedOn
        LatticeVerification.antiferromagnet
        LatticeVerification.planar
        LatticeVerification.planarNaive
        FieldVerification.measurement
        PottsVerification.measurement
        CubicIsingVerification.measurement
        QuestsVerification.measurement
        EnvironmentPhases.copper
        EnvironmentPhases.melting
        SegalVerification.measurement
        AlloyVerification.measurement
        LargeAlloyVerification.measurement
        GraphVerification.measurement
        BracketVerification.measurement
        BracketVerification.largeMeasurement
        RsmiExactVerification.measurement
        RsmiVerification.ising
        RsmiVerification.dimers
        RsmiVerification.chipping
        RsmiVerification.ensemble
    ]

[<EntryPoint>]
let main arguments =
    match List.ofArray arguments with
    | "verify" :: names -> Campaign.run "verify" verifications names
    | [ "replay"; format; seed ] when fst (Int32.TryParse seed) ->
        if ReaderVerification.replay format (int seed) then 0 else 1
    | _ ->
        eprintfn "Start this as: dotnet fsi build.fsx verify [NAME …]."
        2
