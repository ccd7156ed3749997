namespace Mice.Entropy

/// Which snapshots a network learns from, which watch its training, and which judge it; indices in time order.
type internal SnapshotFold =
    {
        Training: int[]
        Validation: int[]
        Test: int[]
    }

/// Several networks, each judged by one block of consecutive snapshots that only it has not seen.
[<RequireQualifiedAccess>]
module internal SnapshotFold =
    /// <summary>The snapshots of one network.</summary>
    /// <param name="networks">How many networks there are.</param>
    /// <param name="count">How many snapshots there are, more than networks.</param>
    /// <param name="k">The network, from 0.</param>
    let create (networks: int) (count: int) (k: int) : SnapshotFold =
        let block i = i * networks / count
        let test, rest = [| 0 .. count - 1 |] |> Array.partition (fun i -> block i = k)
        // The snapshots right behind the test block (or the first ones) watch the training.
        let watched = 1 + rest.Length / 20

        let from =
            rest |> Array.tryFindIndex (fun i -> i > Array.last test) |> Option.defaultValue 0

        let validation = Array.init watched (fun j -> rest[(from + j) % rest.Length])

        {
            Training = Array.except validation rest
            Validation = validation
            Test = test
        }
