namespace Mice.Cli

open Argu
open Mice
open Mice.Alloys
open Mice.Samplers
open Mice.Segal

/// What `mice segal train` takes beside what every verb does.
type SegalTrainArgument =
    | System of name: string
    | Size of sites: string
    | Coupling of energy: string
    | Temperature of range: string
    | Field of range: string
    | Steps of count: string
    | Widths of list: string
    | Training of name: string
    | Snapshots of file: string
    | Conditions of file: string
    | Output of file: string

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | System _ -> "ising, or the JSON file of a cluster expansion"
            | Size _ ->
                "sites along every axis of the torus, 10 or 16x32; of an alloy multiples of its primitive vectors, 2x2x4"
            | Coupling _ -> "J of an Ising model; default 1"
            | Temperature _ -> "lowest and highest temperature: 1.5:3.5; of an alloy in K"
            | Field _ ->
                "lowest and highest field: -0.4:0.4; of an alloy Δμ in eV, that of the first species minus that of the second"
            | Steps _ ->
                $"steps of the training; default {SegalTraining.defaults.Steps}, of reinforce {SegalPresets.reinforce.Options.Steps}"
            | Widths _ -> "units of a site in each hidden layer; default 4,4"
            | Training _ ->
                (SegalPresets.all |> List.map (fun p -> $"{p.Name}: {p.Summary}") |> String.concat "; ")
                + $"; default {SegalPresets.mixed.Name}"
            | Snapshots _ ->
                "your own snapshots in equilibrium instead of those of walkers: of an Ising model .npy or .spins, of an alloy structures as `mice alloy` writes them with --structures, or .npy or CSV with a row for each and a column for each site by growing x, y, z, 1 for the first species and 0 or −1 for the other"
            | Conditions _ ->
                $"temperature and field of each of them: two columns, .npy or CSV; structures may have theirs as {AlloyOutput.temperatureKey} and {AlloyOutput.differenceKey}"
            | Output _ -> "the file of the network, NAME.safetensors"

/// What `mice segal evaluate NETWORK` takes beside what every verb does.
type SegalEvaluateArgument =
    | [<MainCommand; Unique>] File of file: string
    | Temperature of list: string
    | Field of list: string
    | Samples of count: string
    | Operations of count: string
    | Method of name: string
    | Rounds of count: string
    | Exact
    | Derivatives

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | File _ -> "the file of a network"
            | Temperature _ ->
                "temperatures: 2.0,2.5, or first:last:count; a diagram has 8 over the range that was learned"
            | Field _ -> "fields: 0,0.1, or first:last:count; a diagram has 33 over the range that was learned"
            | Samples _ -> "samples at each temperature and field; default 2000, of a diagram 200"
            | Operations _ ->
                "operations of the symmetry of the lattice that samples are moved by, against variants of a structure that were forgotten; default 16, of a diagram 4"
            | Method _ ->
                "snis: weights of samples, those of a temperature together; mcmc: chains with proposals of the network, without bias but without a free energy; mbar: samples and chains of all temperatures and fields together; default snis"
            | Rounds _ ->
                $"rounds of each of the {NeuralChain.defaults.Chains} chains of mcmc and mbar; default {NeuralChain.defaults.Rounds}"
            | Exact -> "find exact values too: Ising models by the transfer matrix, alloys of 27 sites or fewer"
            | Derivatives -> "find heat capacities and susceptibilities by differentiation of the network too"

/// Reading of what the verbs of `mice segal` are given.
[<RequireQualifiedAccess>]
module SegalArguments =
    let private outOfRange name given allowed =
        Error [ MiceError.OutOfRange(name, given, allowed) ]

    /// How a network is asked at a few places.
    let evaluation: SemiGrandOptions = { Samples = 2000; Operations = 16 }

    /// How it is asked at hundreds of places: the work grows as the square of the fields.
    let diagram: SemiGrandOptions = { Samples = 200; Operations = 4 }

    /// Rows and columns of a torus from its sides, one of which is enough.
    let torus (sides: int list) : Read<struct (int * int)> =
        match sides with
        | [ rows ] -> Ok(struct (rows, rows))
        | [ rows; columns ] -> Ok(struct (rows, columns))
        | _ -> outOfRange "--size" (sides |> List.map string |> String.concat "x") "one side, or two"

    /// J from the value of --coupling.
    let coupling (given: string option) : Read<float> =
        given
        |> Option.map (Options.number "--coupling" "a number other than 0" ((<>) 0.0))
        |> Option.defaultValue (Ok 1.0)

    let private ising (sides: int list) (coupling: float) : Read<SemiGrandSystem> =
        torus sides
        |> Result.bind (fun (struct (rows, columns)) ->
            SemiGrandSystem.ising
                { IsingModel.square rows 1.0 with
                    Columns = columns
                    Coupling = coupling
                })

    let private alloy (path: string) (multiples: int list) : Read<SemiGrandSystem> =
        AlloyArguments.system "--system" (Some path) (Ok multiples)
        |> Result.map (fun (struct (expansion, supercell)) ->
            let struct (up, down) = expansion.Species

            let times =
                [ 0; 4; 8 ] |> List.map (fun i -> string supercell.Matrix[i]) |> String.concat "×"

            SemiGrandSystem.alloy $"{up}-{down} {expansion.Lattice.Name} {times}" expansion supercell)

    /// <summary>A system from the values of --system, --size and --coupling.</summary>
    let systemOf (name: string option) (size: string option) (given: string option) : Read<SemiGrandSystem> =
        validate {
            let! sides = GridArguments.multiples "--size" size
            and! j = coupling given

            return!
                match name with
                | None -> outOfRange "--system" "missing" "ising, or the file of a cluster expansion"
                | Some "ising" -> ising sides j
                | Some path when given.IsSome ->
                    Error [ MiceError.Mismatch("--system and --coupling", path, "for ising alone") ]
                | Some path -> alloy path sides
        }

    /// Chains of so many rounds, whose proposals are moved by so many operations.
    let chains (rounds: int option) (operations: int) : NeuralChainOptions =
        let o = NeuralChain.defaults
        let count = rounds |> Option.defaultValue o.Rounds

        { o with
            Rounds = count
            Kept = min count o.Kept
            Operations = operations
        }

    /// Units of a site in each hidden layer.
    let widths (text: string option) : Read<int[]> =
        match text with
        | None -> Ok SegalNetwork.form.Widths
        | Some text ->
            match text.Split ',' |> Array.map Number.tryCount with
            | counts when counts |> Array.forall (fun c -> c.IsSome && c.Value >= 1) -> Ok(Array.map Option.get counts)
            | _ -> outOfRange "--widths" $"'{text}'" "whole numbers of 1 or more with commas between: 4,4"
