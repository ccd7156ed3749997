namespace Mice.Information

open System
open Mice
open Mice.Tensors

/// Samples of two variables, row by row of the same draw, that passed the checks of <c>PairedSamples.create</c>.
type PairedSamples =
    private
        {
            XSamples: Tensor
            YSamples: Tensor
        }

    /// [n; …], float32.
    member samples.X = samples.XSamples

    /// [n; …], float32.
    member samples.Y = samples.YSamples

    /// Rows, n.
    member samples.Count = samples.XSamples.Shape[0]

/// Rows for training, for the choice of the stopping point, and for the reported value: whole blocks of neighbouring rows each.
type SampleSplit =
    {
        /// Rows that critics are trained on.
        Training: int[]
        /// Rows that choose the stopping point.
        Validation: int[]
        /// Rows that the value is computed from, in order.
        Test: int[]
        /// Neighbouring rows in one block.
        BlockRows: int
    }

/// Checking, scaling, splitting.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module PairedSamples =
    let private faultsOf name (shape: int list) (values: float32[]) =
        let size = List.fold (*) 1 shape

        [
            if size < 1 then
                MiceError.OutOfRange($"Shape of {name}", string shape, "axes of length 1 or more")
            elif values.Length % size <> 0 then
                MiceError.Mismatch($"Numbers in {name} and in one row", string values.Length, string size)

            match values |> Array.tryFindIndex (Single.IsFinite >> not) with
            | Some i -> MiceError.OutOfRange($"{name}, row {i / max 1 size}", string values[i], "finite numbers")
            | None -> ()
        ]

    /// <summary>Checks samples and keeps them.</summary>
    /// <param name="shapeX">Shape of one x, such as [ 3 ] or [ 1; 8; 8 ].</param>
    /// <param name="x">Row-major numbers of all x.</param>
    /// <param name="shapeY">Shape of one y.</param>
    /// <param name="y">Row-major numbers of all y.</param>
    /// <returns>OutOfRange for numbers that are not finite, Mismatch for numbers of rows that differ, TooFewData below 50 rows.</returns>
    let create
        (shapeX: int list)
        (x: float32[])
        (shapeY: int list)
        (y: float32[])
        : Result<PairedSamples, MiceError list> =
        let rows (shape: int list) (values: float32[]) =
            values.Length / max 1 (List.fold (*) 1 shape)

        let n, m = rows shapeX x, rows shapeY y

        let faults =
            [
                yield! faultsOf "X" shapeX x
                yield! faultsOf "Y" shapeY y

                if n <> m then
                    MiceError.Mismatch("Rows of X and Y", string n, string m)
                elif n < Sample.MinimumRows then
                    MiceError.TooFewData("rows", n, Sample.MinimumRows, "Give more samples.")
            ]

        if List.isEmpty faults then
            Ok
                {
                    XSamples = Tensor.ofArray (n :: shapeX) x
                    YSamples = Tensor.ofArray (n :: shapeY) y
                }
        else
            Error faults

    let private unit (x: Tensor) =
        let mean = Tensor.meanKeeping [ 0 ] x
        let deviation = Tensor.stdOver [ 0 ] 0 x |> Tensor.unsqueeze 0
        let constant = Tensor.is 0.0 deviation
        (x - mean) / Tensor.maskedFill constant 1.0 deviation

    /// <summary>Every coordinate shifted to mean 0 and scaled to variance 1; constant ones only shifted. The mutual information stays.</summary>
    /// <param name="samples">The samples.</param>
    let standardise (samples: PairedSamples) : PairedSamples =
        {
            XSamples = unit samples.X
            YSamples = unit samples.Y
        }

    /// <summary>The samples on a device.</summary>
    /// <param name="device">The device.</param>
    /// <param name="samples">The samples.</param>
    let onto (device: Device) (samples: PairedSamples) : PairedSamples =
        {
            XSamples = Tensor.onto device samples.X
            YSamples = Tensor.onto device samples.Y
        }

    /// <summary>Some of the rows.</summary>
    /// <param name="rows">Indices from 0.</param>
    /// <param name="samples">The samples.</param>
    /// <returns>x and y, [rows; …].</returns>
    let take (rows: int[]) (samples: PairedSamples) : struct (Tensor * Tensor) =
        let indices = Tensor.ofArray [ rows.Length ] rows |> Tensor.onto samples.X.Device
        struct (Tensor.indexSelect 0 indices samples.X, Tensor.indexSelect 0 indices samples.Y)

    /// <summary>Every x with the y of another row: y moves up by a number of rows, the first ones to the end, so that a time series keeps
    /// its own correlations.</summary>
    /// <param name="rows">Rows to move by, 1 to n − 1.</param>
    /// <param name="samples">The samples.</param>
    let rolled (rows: int) (samples: PairedSamples) : PairedSamples =
        { samples with
            YSamples = Tensor.roll 0 -rows samples.Y
        }

    /// Blocks of rows in a random order, dealt out by shares.
    let private deal key blockRows validation test n =
        let blocks = (n + blockRows - 1) / blockRows
        let order = Array.init blocks id
        (Key.generator key).Shuffle order

        let count share =
            max 1 (int (Math.Round(share * float blocks)))

        let forTest, forValidation = count test, count validation

        let rows first count =
            Array.sub order first count
            |> Array.sort
            |> Array.collect (fun b -> [| b * blockRows .. min n ((b + 1) * blockRows) - 1 |])

        {
            Test = rows 0 forTest
            Validation = rows forTest forValidation
            Training = rows (forTest + forValidation) (blocks - forTest - forValidation)
            BlockRows = blockRows
        }

    /// <summary>Deals blocks of neighbouring rows out at random, so that correlated neighbours stay on one side.</summary>
    /// <param name="key">Randomness.</param>
    /// <param name="blockRows">Neighbouring rows in one block: a few autocorrelation times, 1 for independent rows.</param>
    /// <param name="validation">Share of the rows, above 0.</param>
    /// <param name="test">Share of the rows, above 0; below 1 together with validation.</param>
    /// <param name="n">Rows.</param>
    /// <returns>OutOfRange for shares and blocks that leave a part empty, TooFewData below ten blocks.</returns>
    let split
        (key: Key)
        (blockRows: int)
        (validation: float)
        (test: float)
        (n: int)
        : Result<SampleSplit, MiceError list> =
        let faults =
            [
                if blockRows < 1 then
                    MiceError.OutOfRange(nameof blockRows, string blockRows, "1 or more")
                elif n / blockRows < 10 then
                    MiceError.TooFewData("blocks of rows", n / blockRows, 10, "Give more samples or shorter blocks.")
                if not (validation > 0.0) then
                    MiceError.OutOfRange(nameof validation, string validation, "above 0")
                if not (test > 0.0) then
                    MiceError.OutOfRange(nameof test, string test, "above 0")
                if not (validation + test <= 0.8) then
                    MiceError.OutOfRange("validation and test together", string (validation + test), "up to 0.8")
            ]

        if List.isEmpty faults then
            Ok(deal key blockRows validation test n)
        else
            Error faults

    /// <summary>Splits whose test parts together are all rows, each once.</summary>
    /// <param name="key">Randomness.</param>
    /// <param name="blockRows">Neighbouring rows in one block.</param>
    /// <param name="folds">Number of splits, 2 or more.</param>
    /// <param name="validation">Share of the rows that are not tested on which choose the stopping point, from above 0 to 0.5.</param>
    /// <param name="n">Rows.</param>
    /// <returns>OutOfRange for options outside of their range, TooFewData below ten blocks or fewer than four in each fold.</returns>
    let folds
        (key: Key)
        (blockRows: int)
        (folds: int)
        (validation: float)
        (n: int)
        : Result<SampleSplit[], MiceError list> =
        let needed = max 10 (4 * folds)

        let faults =
            [
                if blockRows < 1 then
                    MiceError.OutOfRange(nameof blockRows, string blockRows, "1 or more")
                elif n / blockRows < needed then
                    MiceError.TooFewData(
                        "blocks of rows",
                        n / blockRows,
                        needed,
                        "Give more samples or shorter blocks."
                    )
                if folds < 2 then
                    MiceError.OutOfRange(nameof folds, string folds, "2 or more")
                if not (validation > 0.0 && validation <= 0.5) then
                    MiceError.OutOfRange(nameof validation, string validation, "above 0, up to 0.5")
            ]

        if List.isEmpty faults then
            let blocks = (n + blockRows - 1) / blockRows
            let order = Array.init blocks id
            (Key.generator key).Shuffle order

            let rows (chosen: int[]) =
                chosen
                |> Array.sort
                |> Array.collect (fun b -> [| b * blockRows .. min n ((b + 1) * blockRows) - 1 |])

            Array.init folds (fun fold ->
                let isTest i = i * folds / blocks = fold
                let test = order |> Array.indexed |> Array.filter (fst >> isTest) |> Array.map snd

                let rest =
                    order |> Array.indexed |> Array.filter (fst >> isTest >> not) |> Array.map snd

                let held = max 1 (int (Math.Round(validation * float rest.Length)))

                {
                    Test = rows test
                    Validation = rows rest[.. held - 1]
                    Training = rows rest[held..]
                    BlockRows = blockRows
                })
            |> Ok
        else
            Error faults
