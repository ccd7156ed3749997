namespace Mice.Samplers

open Mice

/// <summary>Snapshots of a lattice that were drawn at one temperature and written to a file.</summary>
type SampledLattice =
    {
        /// The file.
        File: string
        /// Model, seed, chains and mean energy.
        Source: SnapshotSource
        /// Snapshots in the file.
        Snapshots: int
        /// Integrated autocorrelation time of the energy, in steps of the chains.
        AutocorrelationTime: Estimate<1>
        /// What a step of the chains is called: rounds of the Ising model, steps of the XY model.
        Steps: string
        /// Time that sampling took, s.
        Seconds: float
        /// Checks of the sampler.
        Checks: Check list
    }

/// <summary>Drawn snapshots as rows for files and people.</summary>
[<RequireQualifiedAccess>]
module SampledLattice =
    let private rows (s: SampledLattice) : ResultRow list =
        [
            ResultRow.number "temperature" "T" "J/k_B" 6 s.Source.Temperature
            ResultRow.estimate "energy_per_site" "Energy per site" "J" s.Source.EnergyPerSite
            ResultRow.estimate
                $"autocorrelation_time_{s.Steps}"
                "Autocorrelation time of the energy"
                s.Steps
                s.AutocorrelationTime
            ResultRow.count "snapshots" "Snapshots" s.Snapshots
            ResultRow.count "snapshots_per_chain" "Snapshots of a chain" s.Source.SnapshotsPerChain
            ResultRow.count "chains" "Chains" (s.Snapshots / s.Source.SnapshotsPerChain)
            ResultRow.number "time_seconds" "Time" "s" 1 s.Seconds
            ResultRow.text "file" "File" s.File
            yield! ResultRow.checks s.Checks
        ]

    let private checks (samples: SampledLattice list) : Check list =
        [
            for s in samples do
                for check in s.Checks ->
                    { check with
                        Name = $"T = {Number.text s.Source.Temperature}: {check.Name}"
                    }
        ]

    let private answer (samples: SampledLattice list) =
        let energy (s: SampledLattice) =
            $"""{Words.estimate "J" s.Source.EnergyPerSite} at T = {Number.text s.Source.Temperature}"""

        let snapshots = samples |> List.sumBy _.Snapshots
        let ordered = samples |> List.sortBy _.Source.Temperature

        match ordered with
        | [ one ] -> $"{snapshots} snapshots were drawn; their mean energy per site is {energy one}."
        | _ ->
            $"{snapshots} snapshots were drawn at {samples.Length} temperatures; their mean energy per site goes from "
            + $"{energy (List.head ordered)} to {energy (List.last ordered)}."

    /// <summary>The description of drawn snapshots: mean energy per site in units of J, autocorrelation time, counts and files by temperature.</summary>
    /// <param name="settings">What the snapshots depend on.</param>
    /// <param name="samples">One or more, of one model.</param>
    let describe (settings: (string * string) list) (samples: SampledLattice list) : ResultDescription =
        {
            Answer = answer samples
            Meaning = "Snapshots of the Boltzmann law from independent chains; one standard error in brackets."
            Sections = [ samples |> List.map rows |> ResultRow.table "results" "Snapshots" ]
            Checks = checks samples
            Notes = []
            Settings = settings
        }
