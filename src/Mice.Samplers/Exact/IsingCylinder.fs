namespace Mice.Samplers

open MathNet.Numerics.LinearAlgebra
open Mice

/// Exact values of an Ising cylinder.
type CylinderValues =
    {
        /// Averages per site.
        Averages: ThermalAverages
        /// Entropy of one column, −Σ p ln p.
        ColumnEntropy: float<nat>
        /// I(left half : right half) of the cylinder cut between two columns; it is equal to the mutual information of the two columns at the cut.
        HalvesInformation: float<nat>
    }

/// <summary>Ising models on a cylinder of few rows around and infinitely many columns, from the largest eigenvalue of the
/// transfer matrix. Source: L. Onsager, Phys. Rev. 65, 117 (1944), doi:10.1103/PhysRev.65.117.</summary>
[<RequireQualifiedAccess>]
module IsingCylinder =
    /// The transfer matrix between orbits of column states, [orbits, orbits], and its derivatives in β: row a holds the sums of T(a, b) over the states b of
    /// an orbit; and the logarithm of the factor that T was divided by. The leading eigenvectors have the symmetry of T, so orbits are enough to find them.
    let private orbitMatrices (model: IsingModel) (representatives: int[]) (orbitOf: int[]) =
        let transfer =
            ColumnTransfer.create
                model
                {
                    CouplingSlope = model.Coupling
                    FieldSlope = model.Field
                }

        let count = representatives.Length

        let matrices = Array.init 3 (fun _ -> Matrix<float>.Build.Dense(count, count))

        for row in 0 .. count - 1 do
            let v = ColumnTransfer.unitVector model.Rows representatives[row]
            ColumnTransfer.apply transfer v

            for state in 0 .. orbitOf.Length - 1 do
                let column = orbitOf[state]

                [| v.Values; v.First; v.Second |]
                |> Array.iteri (fun order values ->
                    matrices[order][row, column] <- matrices[order][row, column] + values[state])

        struct (matrices, transfer.Shift)

    /// The right and the left eigenvector of the largest eigenvalue, ℓ·r = 1. T is squared repeatedly until it is the product r ℓᵀ of two vectors. All entries
    /// are positive, so no digits are lost.
    let private leadingVectors (matrix: Matrix<float>) : struct (Vector<float> * Vector<float>) =
        let normalised (m: Matrix<float>) : Matrix<float> = m / Seq.max (m.Enumerate())

        let rec settle (power: Matrix<float>) squarings =
            let next = normalised (power * power)

            if squarings = 0 || (next - power).InfinityNorm() <= 1e-14 then
                next
            else
                settle next (squarings - 1)

        let power = settle (normalised matrix) 60
        let right = matrix * power.RowSums()
        let left = power.ColumnSums() * matrix
        struct (right / (left * right), left)

    /// λ and its derivatives: λ′ = ℓT′r, λ″ = ℓT″r + 2ℓ(T′ − λ′)r′, (λ − T)r′ = (T′ − λ′)r with ℓ·r′ = 0.
    let private eigenvalue (t: Matrix<float>[]) (right: Vector<float>) (left: Vector<float>) : Jet =
        let n = right.Count
        let value = left * (t[0] * right)
        let slope = left * (t[1] * right)
        let force = t[1] * right - slope * right

        let bordered =
            Matrix<float>
                .Build.Dense(
                    n + 1,
                    n + 1,
                    fun i j ->
                        match i < n, j < n with
                        | true, true -> (if i = j then value else 0.0) - t[0][i, j]
                        | true, false -> right[i]
                        | false, true -> left[j]
                        | false, false -> 0.0
                )

        let rightSide =
            Vector<float>.Build.Dense(n + 1, fun i -> if i < n then force[i] else 0.0)

        let response = bordered.Solve(rightSide).SubVector(0, n)

        {
            Value = value
            First = slope
            Second = left * (t[2] * right) + 2.0 * (left * (t[1] * response) - slope * (left * response))
        }

    /// Entropy of a column, and its mean magnetisation, from the probabilities of orbits of states.
    let private columnLaw (rows: int) (representatives: int[]) (orbitOf: int[]) (probabilities: float[]) =
        let sizes = Array.zeroCreate representatives.Length
        orbitOf |> Array.iter (fun orbit -> sizes[orbit] <- sizes[orbit] + 1.0)

        let entropy =
            Array.fold2 (fun sum p size -> if p > 0.0 then sum - p * log (p / size) else sum) 0.0 probabilities sizes

        let magnetisation =
            Array.fold2
                (fun sum p state -> sum + p * float (ColumnTransfer.magnetisation rows state))
                0.0
                probabilities
                representatives

        struct (entropy, magnetisation)

    let private solve (model: IsingModel) : CylinderValues =
        let rows = model.Rows
        let flip state = ~~~state &&& ((1 <<< rows) - 1)
        let isSymmetric = model.Field = 0.0

        let moves =
            [
                ColumnTransfer.rotate rows
                if isSymmetric then
                    flip
            ]

        let struct (representatives, orbitOf) = ColumnTransfer.orbits moves rows
        let struct (matrices, shift) = orbitMatrices model representatives orbitOf
        let struct (right, left) = leadingVectors matrices[0]
        let logLambda: Jet = log (eigenvalue matrices right left)
        // The left vector holds sums over an orbit, so that ℓr is the probability of the orbit.
        let probabilities = Array.init representatives.Length (fun o -> left[o] * right[o])

        let struct (entropy, m) = columnLaw rows representatives orbitOf probabilities

        let averages =
            1.0 / float rows * (logLambda + Jet.constant shift)
            |> ThermalAverages.ofLogPartition (1.0 / model.Temperature) (if isSymmetric then 0.0 else m / float rows)

        {
            Averages = averages
            ColumnEntropy = entropy * 1.0<nat>
            HalvesInformation = max 0.0 (entropy - float rows * float averages.Entropy) * 1.0<nat>
        }

    /// <summary>ln λ/rows = ln Z/N with its derivatives in β, p(column) = ℓ·r, and I = H(column) − rows·s: the entropy of a column by itself less the entropy
    /// of a column given the column before.</summary>
    /// <param name="model">The model; its columns are not used.</param>
    /// <returns>Faults of the model; more than <c>TransferMatrix.MostRows</c> rows; T too low for doubles.</returns>
    let values (model: IsingModel) : Result<CylinderValues, MiceError list> =
        match ColumnTransfer.faults TransferMatrix.MostRows model with
        | [] -> Ok(solve model)
        | faults -> Error faults
