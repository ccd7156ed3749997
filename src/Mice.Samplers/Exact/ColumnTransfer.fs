namespace Mice.Samplers

open System.Numerics
open Mice

/// A vector over the 2^L states of a column with its derivatives, [2^L] each. Bit r of a state is row r, 1 for up.
type internal JetVector =
    {
        Values: float[]
        First: float[]
        Second: float[]
    }

/// Which derivative is taken: of βJ and βH with respect to the parameter.
[<Struct>]
type internal Parameter =
    {
        CouplingSlope: float
        FieldSlope: float
    }

/// The transfer matrix T(a, b) = exp(V(a)/2 + W(a, b) + V(b)/2)/exp(Shift) from one column of L sites to the next. V is β times the bonds and the field within
/// a column, W is β times the bonds between two columns. The matrix itself is never stored.
type internal ColumnTransfer =
    {
        Lattice: Lattice
        Rows: int
        /// exp(V(a)/2) over its largest possible value, [2^L].
        HalfWeights: float[]
        /// The derivative of V(a)/2, [2^L].
        HalfSlopes: float[]
        /// exp(βJ x) over its largest possible value and the derivative of βJ x, at x + 2 for x = −2 … 2.
        BondWeights: float[]
        BondSlopes: float[]
        /// Logarithm of the factor that the weights of a column were divided by.
        Shift: float
    }

/// One step of the transfer matrix in L·2^L operations, spin by spin. Source: L. Onsager, Phys. Rev. 65, 117 (1944);
/// K. Binder, Physica 62, 508 (1972).
[<RequireQualifiedAccess>]
module internal ColumnTransfer =
    /// Spin of a row: −1 or 1.
    let spin (state: int) (row: int) = ((state >>> row) &&& 1) * 2 - 1

    /// Σ_r s_r.
    let magnetisation (rows: int) (state: int) =
        2 * BitOperations.PopCount(uint32 state) - rows

    /// The state moved down by one row.
    let rotate (rows: int) (state: int) =
        ((state <<< 1) ||| (state >>> (rows - 1))) &&& ((1 <<< rows) - 1)

    /// Row r becomes row L − 1 − r.
    let reverse (rows: int) (state: int) =
        let mutable reversed = 0

        for r in 0 .. rows - 1 do
            reversed <- reversed ||| (((state >>> r) &&& 1) <<< (rows - 1 - r))

        reversed

    /// Bonds between two columns per row.
    let private bondsAcross (lattice: Lattice) =
        (Lattice.forwardOffsets lattice).Length - 1

    /// β times the range of energies of one column and its bonds to the next: the weights must not underflow.
    let exponentRange (model: IsingModel) =
        2.0
        * float model.Rows
        * (abs model.Coupling * float (1 + bondsAcross model.Lattice) + abs model.Field)
        / model.Temperature

    let create (model: IsingModel) (parameter: Parameter) : ColumnTransfer =
        let rows, states = model.Rows, 1 <<< model.Rows
        let k, b = model.Coupling / model.Temperature, model.Field / model.Temperature
        let across = bondsAcross model.Lattice
        let top = float rows * (abs k + abs b)

        let columnSum coupling field state =
            let bonds = rows - 2 * BitOperations.PopCount(uint32 (state ^^^ rotate rows state))

            coupling * float bonds + field * float (magnetisation rows state)

        {
            Lattice = model.Lattice
            Rows = rows
            HalfWeights = Array.init states (fun a -> exp (0.5 * (columnSum k b a - top)))
            HalfSlopes = Array.init states (fun a -> 0.5 * columnSum parameter.CouplingSlope parameter.FieldSlope a)
            BondWeights = Array.init 5 (fun x -> exp (k * float (x - 2) - abs k * float across))
            BondSlopes = Array.init 5 (fun x -> parameter.CouplingSlope * float (x - 2))
            Shift = top + abs k * float (rows * across)
        }

    /// The vector that is 1 at one state.
    let unitVector (rows: int) (state: int) : JetVector =
        let zeros () = Array.zeroCreate (1 <<< rows)
        let values = zeros ()
        values[state] <- 1.0

        {
            Values = values
            First = zeros ()
            Second = zeros ()
        }

    /// v ← v·exp(V/2), in place.
    let private applyHalf (transfer: ColumnTransfer) (v: JetVector) =
        for i in 0 .. v.Values.Length - 1 do
            let w, d = transfer.HalfWeights[i], transfer.HalfSlopes[i]
            v.Second[i] <- w * (v.Second[i] + d * (2.0 * v.First[i] + d * v.Values[i]))
            v.First[i] <- w * (v.First[i] + d * v.Values[i])
            v.Values[i] <- w * v.Values[i]

    /// Row r of the old column is summed over and becomes row r of the new one. In: exponents x of [new·2 + old],
    /// and the states i with old row r down that take part.
    let inline private replaceSpin (transfer: ColumnTransfer) (v: JetVector) (i: int) (j: int) (x: int[]) =
        let w, d = transfer.BondWeights, transfer.BondSlopes
        let a0, a1, a2 = v.Values[i], v.First[i], v.Second[i]
        let b0, b1, b2 = v.Values[j], v.First[j], v.Second[j]

        for k in 0..1 do
            let p, q = x[2 * k] + 2, x[2 * k + 1] + 2
            let target = if k = 0 then i else j
            let wp, dp, wq, dq = w[p], d[p], w[q], d[q]
            v.Values[target] <- wp * a0 + wq * b0
            v.First[target] <- wp * (a1 + dp * a0) + wq * (b1 + dq * b0)

            v.Second[target] <- wp * (a2 + dp * (2.0 * a1 + dp * a0)) + wq * (b2 + dq * (2.0 * b1 + dq * b0))

    /// Exponents [new·2 + old] of a row: new·old on the square lattice, new·(old + old spin above) on the triangular.
    let private exponents (lattice: Lattice) (above: int) =
        match lattice with
        | Lattice.Square -> [| 1; -1; -1; 1 |]
        | Lattice.Triangular -> [| 1 - above; -1 - above; above - 1; 1 + above |]

    /// v ← Σ_a v(a) exp(W(a, ·)), in place, rows from the last to the first; the old spin above row 0 is the last row's, which is
    /// gone by then and told as `last`.
    let private applyBonds (transfer: ColumnTransfer) (last: int) (v: JetVector) =
        let tables = [| exponents transfer.Lattice -1; exponents transfer.Lattice 1 |]

        for r in transfer.Rows - 1 .. -1 .. 0 do
            let bit = 1 <<< r

            for i in 0 .. v.Values.Length - 1 do
                if i &&& bit = 0 then
                    let above = if r = 0 then last else (i >>> (r - 1)) &&& 1
                    replaceSpin transfer v i (i ||| bit) tables[above]

    /// Zero where the last row is not `last`.
    let private restrictTo (rows: int) (last: int) (v: JetVector) : JetVector =
        let keep (values: float[]) =
            values |> Array.mapi (fun i x -> if i >>> (rows - 1) = last then x else 0.0)

        {
            Values = keep v.Values
            First = keep v.First
            Second = keep v.Second
        }

    let private add (target: JetVector) (v: JetVector) =
        for i in 0 .. v.Values.Length - 1 do
            target.Values[i] <- target.Values[i] + v.Values[i]
            target.First[i] <- target.First[i] + v.First[i]
            target.Second[i] <- target.Second[i] + v.Second[i]

    /// v ← vT, in place.
    let apply (transfer: ColumnTransfer) (v: JetVector) : unit =
        applyHalf transfer v

        match transfer.Lattice with
        | Lattice.Square -> applyBonds transfer 0 v
        | Lattice.Triangular ->
            let other = restrictTo transfer.Rows 1 v

            for i in v.Values.Length / 2 .. v.Values.Length - 1 do
                v.Values[i] <- 0.0
                v.First[i] <- 0.0
                v.Second[i] <- 0.0

            applyBonds transfer 0 v
            applyBonds transfer 1 other
            add v other

        applyHalf transfer v

    /// Normalises v in place, v ← v/Σv, with the derivatives of the normalised vector; returns ln Σv.
    let normalise (v: JetVector) : Jet =
        let sum =
            {
                Value = Array.sum v.Values
                First = Array.sum v.First
                Second = Array.sum v.Second
            }

        for i in 0 .. v.Values.Length - 1 do
            let quotient =
                {
                    Value = v.Values[i]
                    First = v.First[i]
                    Second = v.Second[i]
                }
                / sum

            v.Values[i] <- quotient.Value
            v.First[i] <- quotient.First
            v.Second[i] <- quotient.Second

        log sum

    /// One state of every orbit of the moves, and for every state the number of its orbit.
    let orbits (moves: (int -> int) list) (rows: int) : struct (int[] * int[]) =
        let orbitOf = Array.create (1 <<< rows) -1
        let representatives = ResizeArray()

        let rec mark state =
            if orbitOf[state] < 0 then
                orbitOf[state] <- representatives.Count - 1

                for move in moves do
                    mark (move state)

        for state in 0 .. orbitOf.Length - 1 do
            if orbitOf[state] < 0 then
                representatives.Add state
                mark state

        struct (representatives.ToArray(), orbitOf)

    /// Faults of a model for a method that allows a limited number of rows.
    let faults (mostRows: int) (model: IsingModel) : MiceError list =
        [
            yield! IsingModel.faults model

            if model.Rows > mostRows then
                MiceError.OutOfRange("rows", string model.Rows, $"{mostRows} or fewer for transfer matrices")

            if exponentRange model > 600.0 then
                MiceError.OutOfRange(
                    "temperature",
                    string model.Temperature,
                    $"{model.Temperature * exponentRange model / 600.0} or more for transfer matrices of this model"
                )
        ]
