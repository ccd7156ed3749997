/// Options for tests of what stands around the networks.
[<AutoOpen>]
module Mice.Entropy.Tests.HardlyTrained

open Mice.Entropy

/// A few steps: seconds, with loose results.
let hardlyTrained (methods: LatticeMethod list) : LatticeEntropyOptions =
    let start = LatticeEntropyOptions.defaults

    { start with
        Methods = methods
        Scan = { start.Scan with Steps = 50 }
        Mice =
            { start.Mice with
                Training =
                    { start.Mice.Training with
                        Steps = 20
                        JointBlocks = 4
                    }
            }
    }
