namespace Mice.Atoms

/// <summary>What a reader keeps of a file.</summary>
[<RequireQualifiedAccess>]
type Keep =
    /// Boxes, species, positions and steps. What else there is costs no memory and is not looked at.
    | Positions
    /// Also the values of frames and all other columns of atoms. What does not parse among them is a fault.
    | Everything
