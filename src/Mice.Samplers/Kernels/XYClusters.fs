namespace Mice.Samplers

open System
open Mice

/// Single clusters of the XY model. The field is a further ghost spin that is a neighbour of all sites with coupling H:
/// a cluster may reflect it too, and the whole state is read relative to it.
[<RequireQualifiedAccess>]
module internal XYClusters =
    /// Spins while clusters are reflected about a line; the ghost is the last spin and may be reflected too.
    [<Sealed>]
    type private Workspace(model: XYModel, state: XYState, generator: Generator) =
        let sites = state.Cosines.Length
        let x = Array.append state.Cosines [| 1.0 |]
        let y = Array.append state.Sines [| 0.0 |]
        let columns = model.Columns
        let cluster = Cluster sites
        // The unit vector whose component changes sign.
        let mutable lineX, lineY = 1.0, 0.0

        let add site =
            let across = lineX * x[site] + lineY * y[site]
            x[site] <- x[site] - 2.0 * across * lineX
            y[site] <- y[site] - 2.0 * across * lineY
            cluster.Add site

        /// Adds a neighbour of a spin that is already reflected, with 1 − exp(−ΔE/T) where ΔE > 0 is what the bond would
        /// cost if it alone were left behind.
        let consider across coupling site =
            if not (cluster.Contains site) then
                let cost =
                    2.0 * coupling * across * (lineX * x[site] + lineY * y[site]) / model.Temperature

                if cost > 0.0 && generator.NextFloat() < 1.0 - exp -cost then
                    add site

        let grow site =
            // The component that the spin had before it was reflected.
            let across = -(lineX * x[site] + lineY * y[site])

            if site = sites then
                for other in 0 .. sites - 1 do
                    consider across model.Field other
            else
                let column = site % columns
                consider across model.Coupling (if column = 0 then site + columns - 1 else site - 1)
                consider across model.Coupling (if column = columns - 1 then site - column else site + 1)

                consider
                    across
                    model.Coupling
                    (if site < columns then
                         site - columns + sites
                     else
                         site - columns)

                consider across model.Coupling (if site + columns < sites then site + columns else column)

                if model.Field <> 0.0 then
                    consider across model.Field sites

        /// Reflects one cluster about a random line; returns its number of sites without the ghost.
        member _.Flip() : int =
            let angle = Math.PI * generator.NextFloat()
            lineX <- cos angle
            lineY <- sin angle
            add (generator.NextInt sites)
            cluster.Grow grow

        /// The spins, turned so that the ghost points along θ = 0 again.
        member _.State: XYState =
            let gx, gy = x[sites], y[sites]

            {
                Cosines = Array.init sites (fun i -> gx * x[i] + gy * y[i])
                Sines = Array.init sites (fun i -> gx * y[i] - gy * x[i])
            }

    /// <summary>Reflects clusters one after the other, each grown from a random site. Ergodic; critical slowing down is weak
    /// without a field. Sources: U. Wolff, Phys. Rev. Lett. 62, 361 (1989); with a field: J. Kent-Dobias,
    /// J. P. Sethna, Phys. Rev. E 98, 063306 (2018).</summary>
    /// <param name="model">The model, without faults.</param>
    /// <param name="clusters">How many clusters.</param>
    /// <param name="key">Randomness.</param>
    /// <param name="state">The state before.</param>
    /// <returns>The state after, and the number of sites in all clusters together.</returns>
    let wolff (model: XYModel) (clusters: int) (key: Key) (state: XYState) : struct (XYState * int) =
        let workspace = Workspace(model, state, Key.generator key)
        let mutable touched = 0

        for _ in 1..clusters do
            touched <- touched + workspace.Flip()

        struct (workspace.State, touched)
