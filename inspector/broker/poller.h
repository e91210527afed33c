// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QtCore/qelapsedtimer.h>
#include <QtCore/qlist.h>
#include <QtCore/qobject.h>
#include <QtCore/qtimer.h>

#include <chrono>
#include <functional>

namespace Qombu::Inspector {

// Something that a broker is asked again and again while somebody looks at the answer. Owned by who
// looks; GUI thread.
class Question : public QObject
{
    Q_OBJECT
public:
    using Done = std::function<void()>; // called when the answer, or none, has come
    using Ask = std::function<void(const Done &)>;

    explicit Question(Ask ask, QObject *parent = nullptr)
        : QObject(parent)
        , m_ask(std::move(ask))
    {
    }

    void setWanted(bool wanted); // shown: asked soon, and each time it is due
    bool isWanted() const { return m_wanted; }
    void askSoon(); // while it is wanted
    void ask(const Done &done) const { m_ask(done); }

Q_SIGNALS:
    void due();

private:
    const Ask m_ask;
    bool m_wanted = false;
};

// Asks the questions of a window, one after the other: never is more than one on its way. A broker
// that answers slowly is asked less often. Owned by BrokerSession; GUI thread.
class Poller : public QObject
{
    Q_OBJECT
public:
    explicit Poller(QObject *parent = nullptr);

    void add(Question *question); // not owned; leaves when it is destroyed
    void start(); // asks all that are wanted
    void stop(); // what is asked now is not answered any more
    void askAll();

    std::chrono::milliseconds interval() const { return m_interval; }
    void setInterval(std::chrono::milliseconds interval); // zero: only on request
    void setPaused(bool paused);

private:
    void enqueue(Question *question);
    void askNext();
    void leave(const Question *question);
    void schedule();

    QList<Question *> m_questions;
    QList<Question *> m_line; // to be asked in this round
    const Question *m_current = nullptr;
    quint64 m_turn = 0; // an answer of an earlier one comes too late
    QElapsedTimer m_round;
    QTimer m_timer;
    std::chrono::milliseconds m_interval = std::chrono::seconds(5);
    std::chrono::milliseconds m_roundTime{0};
    bool m_running = false;
    bool m_paused = false;
};

} // namespace Qombu::Inspector
