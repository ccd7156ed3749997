namespace Mice

/// <summary>How far a long computation has come.</summary>
type Progress =
    {
        /// The part now running, for example "solid: network 2 of 3".
        Phase: string
        /// Share of the whole that is done, from 0 to 1.
        Fraction: float
        /// One line for people.
        Message: string
    }
