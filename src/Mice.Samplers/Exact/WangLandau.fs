namespace Mice.Samplers

open System
open Mice

/// How a density of states is found. Start from WangLandauOptions.defaults.
type WangLandauOptions =
    {
        /// Independent walkers, 2 or more: errors come from their spread.
        Walkers: int
        /// Sweeps of every walker; one sweep is one proposal per site. Errors fall as 1/√Sweeps.
        Sweeps: int
    }

/// Defaults and checks of the options.
[<RequireQualifiedAccess>]
module WangLandauOptions =
    /// 8 walkers of 100,000 sweeps: some seconds for an 8×8 torus.
    let defaults: WangLandauOptions = { Walkers = 8; Sweeps = 100_000 }

    /// <summary>Checks all fields: Walkers 2 or more, Sweeps 1 or more.</summary>
    /// <param name="options">The options.</param>
    /// <returns>Errors: OutOfRange.</returns>
    let check (options: WangLandauOptions) : Result<WangLandauOptions, MiceError list> =
        validate {
            let! () = Validate.atLeast 2 "walkers" options.Walkers
            and! () = Validate.atLeast 1 "sweeps" options.Sweeps
            return options
        }

/// <summary>The density of states of an Ising torus without a field, by Wang–Landau sampling with the 1/t schedule.</summary>
/// <remarks>A proposal draws a site at random and turns it over with probability min(1, g(B)/g(B′)), B the bond sum; then ln g of the walker's level grows by
/// F. F starts at 1 and is halved whenever all known levels have been visited since the last halving, until F is 1/t or less, t the number of proposals per
/// known level; from then on F = 1/t. A level that is met for the first time starts with the ln g of the level before, and F is set to 1 again. Sources: F.
/// Wang, D. P. Landau, Phys. Rev. Lett. 86, 2050 (2001), doi:10.1103/PhysRevLett.86.2050; R. E. Belardinelli, V. D. Pereyra, J. Chem. Phys. 127, 184105
/// (2007), doi:10.1063/1.2803061.</remarks>
[<RequireQualifiedAccess>]
module WangLandau =
    /// Sweeps between looks at the token.
    let private block = 1000

    /// The probability that a walker goes from a level to another one, both known.
    let internal acceptance (logStates: float[]) (before: int) (after: int) : float =
        exp (min 0.0 (logStates[before] - logStates[after]))

    /// One walker. Levels are (bonds − B)/4, which is a whole number for all B: a turned spin changes B by a multiple of 4.
    [<Sealed>]
    type private Walker(model: IsingModel, key: Key) =
        let generator = Key.named "walk" key |> Key.generator
        let spins = IsingModel.random (Key.named "start" key) model
        let neighbours = IsingModel.neighbours model
        let z = Lattice.coordination model.Lattice
        let bonds = spins.Length * z / 2
        let logStates = Array.create (bonds / 2 + 1) nan
        let visited = Array.zeroCreate<bool> logStates.Length
        let mutable level = (bonds - IsingModel.bondSum model spins) / 4
        let mutable known = 1
        let mutable unvisited = 1
        let mutable proposals = 0.0
        let mutable growth = 1.0
        let mutable settled = false

        do logStates[level] <- 0.0

        let discover after =
            logStates[after] <- logStates[level]
            known <- known + 1
            Array.Clear visited
            unvisited <- known
            growth <- 1.0
            settled <- false

        let visit () =
            if settled then
                growth <- float known / proposals
            elif not visited[level] then
                visited[level] <- true
                unvisited <- unvisited - 1

            logStates[level] <- logStates[level] + growth

        let propose () =
            let site = generator.NextInt spins.Length
            let around = IsingModel.neighbourSum neighbours z spins site
            let after = level + int spins[site] * around / 2

            if Double.IsNaN logStates[after] then
                discover after

            let probability = acceptance logStates level after

            if probability >= 1.0 || generator.NextFloat() < probability then
                spins[site] <- -spins[site]
                level <- after

            proposals <- proposals + 1.0
            visit ()

        /// Halves the growth once all known levels have been visited.
        let refine () =
            if not settled && unvisited = 0 then
                growth <- growth / 2.0
                Array.Clear visited
                unvisited <- known
                settled <- growth <= float known / proposals

        member _.Sweep() =
            for _ in 1 .. spins.Length do
                propose ()

            refine ()

        /// Whether the growth has come to be 1/t.
        member _.Settled = settled

        /// ln g by level with Σ g = 2^N, −∞ for levels that were not met.
        member _.LogStates: float[] =
            let found =
                logStates |> Array.map (fun g -> if Double.IsNaN g then -infinity else g)

            let struct (_, logSum) = ThermalAverages.weigh found
            let shift = float spins.Length * log 2.0 - logSum
            found |> Array.map (fun g -> g + shift)

    let private walk (options: WangLandauOptions) model (run: Run) =
        let walker = Walker(model, run.Key)

        for sweep in 1 .. options.Sweeps do
            walker.Sweep()

            if sweep % block = 0 || sweep = options.Sweeps then
                Run.stopIfCancelled run
                Run.tell "sampling" (float sweep / float options.Sweeps) $"{sweep} of {options.Sweeps} sweeps" run

        struct (walker.LogStates, walker.Settled)

    let private checks (levels: float[][]) (settled: bool[]) =
        let found =
            levels |> Array.map (Array.filter Double.IsFinite >> Array.length) |> Array.distinct

        [
            {
                Name = "all walkers found the same levels"
                Passed = found.Length = 1 && levels |> Array.transpose |> Array.forall (Array.forall Double.IsFinite)
                Detail = $"""{found |> Array.map string |> String.concat ", "} levels; else raise Sweeps"""
            }
            {
                Name = "the walkers came to the 1/t schedule"
                Passed = Array.forall id settled
                Detail = $"{settled |> Array.filter id |> Array.length} of {settled.Length} did; else raise Sweeps"
            }
        ]

    let private collect lattice rows columns (walkers: struct (float[] * bool)[]) =
        let all = walkers |> Array.map (fun (struct (logStates, _)) -> logStates)
        let settled = walkers |> Array.map (fun (struct (_, settled)) -> settled)
        let bonds = rows * columns * Lattice.coordination lattice / 2

        // From the highest level, which has the lowest bond sum.
        let met =
            [| all[0].Length - 1 .. -1 .. 0 |]
            |> Array.filter (fun level -> all |> Array.exists (fun g -> Double.IsFinite g[level]))

        let byWalker = all |> Array.map (fun g -> met |> Array.map (fun level -> g[level]))

        {
            Lattice = lattice
            Rows = rows
            Columns = columns
            BondSums = met |> Array.map (fun level -> bonds - 4 * level)
            LogStates =
                byWalker
                |> Array.transpose
                |> Array.map (Array.map (fun g -> g * 1.0<nat>) >> DensityOfStates.overWalkers)
            LogStatesByWalker = byWalker
            Checks = checks byWalker settled
        }

    /// <summary>Estimates ln g of every bond sum. Same key, same result, on any number of threads.</summary>
    /// <param name="options">How long.</param>
    /// <param name="run">Threads and so on; walker i uses child i of the key.</param>
    /// <param name="lattice">The lattice.</param>
    /// <param name="rows">Rows of the torus, 2 or more.</param>
    /// <param name="columns">Columns of the torus, 2 or more.</param>
    /// <returns>Every fault of the options, the run and the torus.</returns>
    /// <exception cref="T:System.OperationCanceledException">The work was cancelled.</exception>
    let densityOfStates
        (options: WangLandauOptions)
        (run: Run)
        (lattice: Lattice)
        (rows: int)
        (columns: int)
        : Result<DensityOfStates, MiceError list> =
        let model =
            { IsingModel.square 2 1.0 with
                Lattice = lattice
                Rows = rows
                Columns = columns
            }

        validate {
            let! options = WangLandauOptions.check options
            and! () = IsingModel.faults model
            and! () = Run.faults run

            let work part i =
                walk options model (Run.item i part) |> Ok

            let! walkers = Run.jobs (fun _ -> 1.0) work [| 0 .. options.Walkers - 1 |] run
            return collect lattice rows columns walkers
        }
