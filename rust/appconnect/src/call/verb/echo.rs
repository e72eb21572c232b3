//! `<Echo>`: the caller hears the caller. Undocumented, so it is skipped unless the operator wants it
//! (`twiml-voice.md` section 3).

use super::{Flow, unsupported};
use crate::call::Running;
use crate::call::cx::Cx;
use crate::config;
use crate::effect::{Echo, Effect};
use crate::twiml::Node;

pub(super) fn enter(cx: &mut Cx<'_, '_>, node: Node<'_>) -> Flow {
    match cx.world.config.echo {
        config::Echo::Skip => unsupported::skip(cx, node),
        config::Echo::Echo => {
            let (leg, call) = (cx.line.id.clone(), cx.call.sid);
            cx.effect(Effect::Echo(Echo { leg, call, on: true }));
            Flow::Park(Running::Echoing)
        }
    }
}
