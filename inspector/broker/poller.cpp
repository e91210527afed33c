// SPDX-License-Identifier: BSD-3-Clause
#include "broker/poller.h"

namespace Qombu::Inspector {
using namespace std::chrono_literals;

void Question::setWanted(bool wanted)
{
    if (m_wanted == wanted)
        return;
    m_wanted = wanted;
    askSoon();
}

void Question::askSoon()
{
    if (m_wanted)
        Q_EMIT due();
}

Poller::Poller(QObject *parent)
    : QObject(parent)
{
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &Poller::askAll);
}

void Poller::add(Question *question)
{
    m_questions.append(question);
    connect(question, &Question::due, this, [this, question] {
        enqueue(question);
        askNext();
    });
    connect(question, &QObject::destroyed, this, [this, question] { leave(question); });
    if (question->isWanted())
        question->askSoon();
}

void Poller::leave(const Question *question)
{
    m_questions.removeOne(question);
    m_line.removeOne(question);
    if (m_current == question) { // its answer finds nobody
        m_current = nullptr;
        ++m_turn;
        askNext();
    }
}

void Poller::start()
{
    m_running = true;
    askAll();
}

void Poller::stop()
{
    m_running = false;
    m_timer.stop();
    m_line.clear();
    m_round.invalidate();
    m_current = nullptr;
    ++m_turn;
}

void Poller::askAll()
{
    m_timer.stop(); // starts again after this round
    for (Question *question : std::as_const(m_questions)) {
        if (question->isWanted())
            enqueue(question);
    }
    askNext();
}

void Poller::enqueue(Question *question)
{
    if (m_running && !m_line.contains(question))
        m_line.append(question);
}

void Poller::askNext()
{
    if (!m_running || m_current)
        return;
    if (!m_round.isValid())
        m_round.start();
    while (!m_line.isEmpty() && !m_line.constFirst()->isWanted())
        m_line.removeFirst();
    if (m_line.isEmpty()) {
        m_roundTime = std::chrono::milliseconds(m_round.elapsed());
        m_round.invalidate();
        return schedule();
    }
    const Question *question = m_line.takeFirst();
    m_current = question;
    question->ask([this, turn = ++m_turn] {
        if (turn != m_turn)
            return;
        m_current = nullptr;
        askNext();
    });
}

// Half of the broker's time at most. Who asks soon, again and again, delays nobody else.
void Poller::schedule()
{
    if (m_interval == 0ms || m_paused || !m_running)
        m_timer.stop();
    else if (!m_timer.isActive())
        m_timer.start(std::max(m_interval, m_roundTime));
}

void Poller::setInterval(std::chrono::milliseconds interval)
{
    m_interval = interval;
    m_timer.stop();
    schedule();
}

void Poller::setPaused(bool paused)
{
    if (m_paused == paused)
        return;
    m_paused = paused;
    paused ? m_timer.stop() : askAll();
}

} // namespace Qombu::Inspector
