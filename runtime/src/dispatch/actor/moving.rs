//! A session that is touched goes on with the current program, where what it holds fits there: a step
//! of its own in its journal, before whatever touched it. Where it does not fit, the session stays.

use flowright_engine::Step;
use flowright_engine::model::Event;
use flowright_engine::upgrade::{Stays, move_session};

use super::{Actor, Live};
use crate::dispatch::DispatchError;
use crate::programs::hex;

impl Actor {
    /// Moves the session to the current program, if it runs another one and fits. Never while a call
    /// is under way: the version that made it takes its answer.
    pub(super) async fn move_on(&mut self) -> Result<(), DispatchError> {
        let Some(live) = &self.live else { return Ok(()) };
        let current = self.inner.programs.current();
        // One that nothing of is stored yet begins where it was opened.
        if live.program.bundle == current.bundle
            || live.stored.seq == 0
            || live.session.is_calling()
        {
            return Ok(());
        }
        let plan = self.inner.programs.plan(&live.program, &current).await;
        let plan = plan.map_err(|e| DispatchError::Engine(e.to_string()))?;
        let moved = move_session(&plan, &live.session, &current.program);
        let session = match moved {
            Ok(session) => session,
            Err(Stays::OtherBundle) => {
                return Err(DispatchError::Engine("a plan for another bundle".to_owned()));
            }
            Err(why) => {
                let (from, to) = (hex(&plan.from), hex(&plan.to));
                tracing::debug!(session = %self.id, from, to, %why, "a session stays");
                self.count_move("stayed");
                return Ok(());
            }
        };
        let event = Event::Upgraded { from: plan.from, to: plan.to };
        let at_ms = self.inner.clock.now_ms();
        let (stored, held) = (live.stored.clone(), live.held.clone());
        self.live = Some(Live { program: current, session, stored, held });
        let moved = Step { settled: true, ..Step::default() };
        self.keep((event, at_ms), moved, None, None).await?;
        self.count_move("moved");
        Ok(())
    }

    fn count_move(&self, result: &str) {
        let labels = vec![("result".to_owned(), result.to_owned())];
        self.inner.metrics.upgrades.get_or_create(&labels).inc();
    }
}
